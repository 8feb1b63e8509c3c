import type { Check, CheckItem } from '@sealift/core/check';
import { type DeclaredCheck, queryText } from '@sealift/core/release';
import type { PlanStep } from '@sealift/core/upgrade';
import { isSealiftError } from '@sealift/core/errors';
import { lookAt } from '../declared/statement.ts';
import type { DeclaredPort, DeclaredWork } from '../ports/declared.ts';
import { acceptable, block, type Finding, pass, runCheck, warn, withItems } from './check.ts';

/** Of which release a check is, and whether the upgrade goes through another one before. */
export interface CheckPlace {
  readonly release: string;
  readonly isLater: boolean;
}

/** Runs one check that a release declares, now. */
export function declaredCheck(
  port: Pick<DeclaredPort, 'find'>,
  check: DeclaredCheck,
  { release, isLater }: CheckPlace,
): Promise<Check> {
  return runCheck(`release-${release}-${check.name}`, check.title, async (cancel): Promise<Finding> => {
    const { holds, known, detail, items } = await lookAt(port, check, cancel);
    const { remedy, severity } = check;
    const about = items.length === 0 ? [queryText(check.query)] : items.map(({ place }) => place);
    if (!known) {
      const finding: Finding = {
        outcome: 'unknown',
        detail,
        remedy: `See whether the release means another API version. ${remedy}`,
      };
      return acceptable(finding, `What the release asks for goes unlooked at: ${check.title}.`, about);
    }
    if (holds) return pass(detail);
    const named = items.map((item): CheckItem => ({ ...item, remedy }));
    if (severity === 'warn') return withItems(warn(detail, remedy), named);
    const finding = withItems(block(detail, remedy), named);
    // What a release before brings may be what it asks for.
    const risk =
      check.risk ??
      (isLater
        ? `It is asked for by ${release}, which is reached by another release; nothing looks again on the way.`
        : undefined);
    return risk === undefined ? finding : acceptable(finding, risk, about);
  });
}

/** Kinds of steps whose work can be looked at before it is begun. */
type Work = Extract<PlanStep, { readonly kind: DeclaredWork['kind'] }>;
const workKinds: ReadonlySet<string> = new Set<DeclaredWork['kind']>([
  'own-objects',
  'move-stored-version',
  'migrate-claim',
  'set-field',
]);

/** Whether a step is one that a release declares and that does something. */
export function isDeclaredWork(step: PlanStep): step is Work {
  return workKinds.has(step.kind);
}

/** Looks whether a step that a release declares can be done, and what it would find now. What may not be done would stop the upgrade in its middle. */
export function declaredStepCheck(
  port: Pick<DeclaredPort, 'standing'>,
  { title, target }: Work,
  { release, isLater }: CheckPlace,
): Promise<Check> {
  const name = `release-step-${release}-${target.name}`;
  return runCheck(name, `A step of the release can be done: ${title}`, async (cancel): Promise<Finding> => {
    try {
      const found = await port.standing(target.do, cancel);
      if (found.state === 'done') return pass(`Nothing has to be done: ${found.message}`);
      if (found.state === 'act') return pass(found.message);
      const { what, remedy } = found.wait;
      return warn(`It would wait now: ${what}`, remedy ?? 'It goes on by itself.');
    } catch (error) {
      if (!isSealiftError(error, 'DECLARED_STEP_REFUSED')) throw error;
      // What a release before does may be what is missing.
      return (isLater ? warn : block)(error.message, error.hint);
    }
  });
}
