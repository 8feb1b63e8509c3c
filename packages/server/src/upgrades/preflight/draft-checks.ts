import type { Check } from '@sealift/core/check';
import { type Plan, stepsOfPlan } from '@sealift/core/upgrade';
import { definitionOf } from '@sealift/upgrade/steps';
import { block, pass, runCheck, warn } from '@sealift/upgrade/preflight/check';
import type { MergedLayerRow } from '../../merging/layer-merge.ts';

/** What the draft itself tells, without a look at anything outside: its merges and its plan. */
export function draftChecks(plan: Plan, layers: readonly MergedLayerRow[]): Promise<Check[]> {
  // Where values alone change, the text is what is wanted.
  const isForValues = plan.from === plan.to;
  return Promise.all([
    mergeSettled(layers),
    ...(isForValues ? [] : [pastedTexts(layers)]),
    valuesValid(layers),
    stepsSupported(plan),
  ]);
}

function mergeSettled(layers: readonly MergedLayerRow[]): Promise<Check> {
  return runCheck('merge-settled', 'No conflict is open', () => {
    const open = layers.filter(({ summary }) => summary.openConflicts > 0);
    if (open.length === 0) return pass(`${layers.length} layers are merged`);
    const named = open.map(({ summary }) => `${summary.pack}: ${summary.openConflicts}`).join(', ');
    return block(`Conflicts are open in ${named}`, 'Choose a side or give a value for each.');
  });
}

function pastedTexts(layers: readonly MergedLayerRow[]): Promise<Check> {
  return runCheck('pasted-texts', 'Texts pasted by hand agree with the merge', () => {
    const differing = layers.flatMap(({ summary: { pack, pastedDifferences: count } }) =>
      count === 0 ? [] : [`${pack}: ${count}`],
    );
    if (differing.length === 0) return pass('None differs from it');
    return warn(
      `They differ in ${differing.join(', ')} places`,
      'Read what each layer lists, or go back to the merge.',
    );
  });
}

const shownProblems = 10;

function valuesValid(layers: readonly MergedLayerRow[]): Promise<Check> {
  return runCheck('values-valid', 'Every layer’s values fit the schemas of its pack', () => {
    const problems = layers.flatMap(({ summary }) =>
      summary.problems.map(({ severity, path, line, message }) => {
        const place = line === null ? path : `${path} (line ${line})`;
        return { severity, text: `${summary.pack}: ${place}: ${message}` };
      }),
    );
    if (problems.length === 0) return pass(`${layers.length} layers are checked`);
    const blocking = problems.filter(({ severity }) => severity === 'block');
    const told = blocking.length > 0 ? blocking : problems;
    const rest = told.length > shownProblems ? `; and ${told.length - shownProblems} more` : '';
    const detail = told.slice(0, shownProblems).map(({ text }) => text);
    const finding = blocking.length > 0 ? block : warn;
    return finding(
      `${detail.join('; ')}${rest}`,
      'Settle the path to a value that fits, or edit the layer’s merged text, at the line named.',
    );
  });
}

function stepsSupported(plan: Plan): Promise<Check> {
  return runCheck('steps-supported', 'This version can do every step', () => {
    const steps = stepsOfPlan(plan);
    for (const step of steps) definitionOf(step);
    return pass(`${steps.length} steps`);
  });
}
