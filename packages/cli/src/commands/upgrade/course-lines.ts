import type { UpgradeCourse } from '@sealift/core/api';
import { lifecycle, type TreeStep, type UpgradeTree, upgradeText } from '@sealift/core/upgrade';
import { plainLine } from '../../terminal/plain-line.ts';
import { readinessLine } from './rollback-lines.ts';
import { rangeText, timeText } from './usual-time.ts';

const marks: Readonly<Record<TreeStep['state'], string>> = { waiting: ' ', running: '>', done: 'x', failed: '!' };

/** A plan as a tree: each step with how it can be taken back and how long it takes here, and the point of no return as a line. */
export function planLines(tree: UpgradeTree): string[] {
  return tree.hops.flatMap((hop) => [
    upgradeText(hop),
    ...hop.steps.flatMap((step) => [
      ...noReturn(step, tree),
      `  ${step.title}  (${step.rollback}; usual time ${rangeText(step.usual)})`,
    ]),
  ]);
}

/** How far an upgrade is, as a tree: hops, steps, and below those that are open what they wait for. */
export function courseLines(course: UpgradeCourse): string[] {
  const { tree, product, state, at } = course;
  const head = `${product} ${upgradeText(course)}: ${lifecycle[state].label}`;
  if (tree === null) return [head, 'the plan cannot be read'].map(plainLine);
  const lines = tree.hops.flatMap((hop) => [
    upgradeText(hop),
    ...hop.steps.flatMap((step) => [...noReturn(step, tree), ...stepLines(step, Date.parse(at))]),
  ]);
  const back = course.rollback === null ? [] : [readinessLine(course.rollback)];
  return [head, progressText(tree), ...back, ...lines].map(plainLine);
}

/** `4 of 10 steps, 41% of the usual time, 12:30 left, 20:00 at most nine times of ten`. */
export function progressText({ hops, fractionOfTime, timeLeft }: UpgradeTree): string {
  const steps = hops.flatMap((hop) => hop.steps);
  const done = steps.filter(({ state }) => state === 'done').length;
  const percent = fractionOfTime === null ? [] : [`${Math.floor(fractionOfTime * 100)}% of the time`];
  const left = done === steps.length ? [] : [`time left ${rangeText(timeLeft)}`];
  return [`${done} of ${steps.length} steps`, ...percent, ...left].join(', ');
}

function stepLines(step: TreeStep, now: number): string[] {
  const { title, state, startedAt, finishedAt, wait, objects, message } = step;
  const end = finishedAt === null ? now : Date.parse(finishedAt);
  const took = startedAt === null ? '' : `  ${timeText(end - Date.parse(startedAt))}`;
  const usual = state === 'running' ? ` (usual time ${rangeText(step.usual)})` : '';
  const head = `  ${marks[state]} ${title}${took}${usual}`;
  if (state === 'failed') return [head, `      ${message}`];
  if (state !== 'running') return [head];
  const waits = wait === null ? [] : [`      waits for: ${wait.what} (${wait.level}, since ${wait.since})`];
  const remedy = wait?.remedy === undefined || wait.remedy === null ? [] : [`      fix: ${wait.remedy}`];
  const others = objects.map(
    ({ kind, name, what, since, level, now: isNow }) =>
      `      ${isNow ? '>' : ' '} ${kind} ${name}: ${what} (${level}, since ${since})`,
  );
  return [head, ...waits, ...remedy, ...others];
}

function noReturn({ id }: TreeStep, tree: UpgradeTree): string[] {
  return id === tree.pointOfNoReturn
    ? ['  ---- point of no return: from here on it is finished, not taken back ----']
    : [];
}
