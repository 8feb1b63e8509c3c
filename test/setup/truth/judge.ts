import { durationText } from '../../../packages/console/src/components/duration.ts';
import { type ClusterState, type ClusterTruth, machinesOfGroup } from './cluster-truth.ts';
import type { PageStatement } from './read-page.ts';

/** A step of the plan with what the cluster has once it is done. */
export interface PlannedStep {
  readonly title: string;
  /** Whether the effect is there. */
  readonly isThere: (state: ClusterState) => boolean;
  /** Of a rollout: whose machines it replaces, and what the new ones are made from. */
  readonly rollout?: { readonly group: keyof ClusterState['rollouts']; readonly template: string };
}

export interface Verdict {
  readonly is: 'equal' | 'unknown' | 'false';
  /** What is false of it, or what is unknown; empty where it is equal. */
  readonly why: string;
}

interface Judged {
  readonly steps: readonly PlannedStep[];
  readonly windowMs: number;
  readonly slowestMs: number;
  readonly faultBeforeMs: number;
}

const slackMs = 1000;
/** A page tells the time once a second, and a busy machine draws it late. */
const lateMs = 4000;
/** For so long after a fault something may be unknown: what was held up by it is read again by and by. */
const echoMs = 60_000;

/**
 * Holds what a page states against what was true. It is equal where all that it states was true together at a moment no longer ago than `windowMs`, the age that
 * the page itself calls now. What was true longer ago has to be called unknown, since a moment at which it was true. What is called done has to be true now.
 *
 * @param slowestMs the longest time for which a line holds an answer back, ms: so much newer than it was asked for may be what is known since then
 * @param faultBefore how long before the statement a fault was there, ms; infinite where there was none: what is unknown without a cause is false too
 */
export function judge(
  page: PageStatement,
  truth: Pick<ClusterTruth, 'during'>,
  { steps, windowMs, slowestMs, faultBeforeMs }: Judged,
): Verdict {
  const { at } = page;
  const lie = liesOfNow(page, truth.during(at, at), steps);
  if (lie !== undefined) return { is: 'false', why: lie };
  const [unknown] = page.unknown;
  // A page that does not hear the console stands still, and says so.
  const age = unknown === undefined ? page.ages.find(([text, since]) => !isAge(text, at - since)) : undefined;
  if (age !== undefined) return { is: 'false', why: `for ${age[0]}, and it is ${at - age[1]} ms` };
  const isTrue = (state: ClusterState): boolean => isAsStated(page, state, steps);
  if (unknown === undefined) {
    if (truth.during(at - windowMs, at).some(isTrue)) return { is: 'equal', why: '' };
    return { is: 'false', why: `was not true in the last ${windowMs} ms: ${stated(page)}` };
  }
  const [text, since] = unknown;
  if (faultBeforeMs > echoMs) return { is: 'false', why: `unknown without a fault: ${text}` };
  if (since === null || since > at + slackMs)
    return { is: 'false', why: `unknown since no time or the future: ${text}` };
  // What is shown beside it was true when it was known last.
  if (!truth.during(since - windowMs, since + slackMs + slowestMs).some(isTrue)) {
    return { is: 'false', why: `was not true when it is said to have been, ${at - since} ms ago: ${stated(page)}` };
  }
  return { is: 'unknown', why: text };
}

/** Whether a length of time as people say it is that of so many ms. */
function isAge(text: string, ms: number): boolean {
  for (let late = -slackMs; late <= lateMs; late += slackMs) if (durationText(ms - late) === text) return true;
  return false;
}

/** What is called done and is not there; what is called healthy while machines are replaced. */
function liesOfNow(
  { steps, stepsDone, healthy }: PageStatement,
  now: readonly ClusterState[],
  planned: readonly PlannedStep[],
): string | undefined {
  if (healthy && now.every(({ nodes }) => nodes.some(({ ready }) => !ready))) return 'healthy, with a node not ready';
  const done = new Set((steps ?? []).filter(([, state]) => state === 'done').map(([title]) => title));
  const counted = `${(steps ?? []).filter(([, state]) => state === 'done').length} of ${steps?.length}`;
  if (stepsDone !== null && steps !== null && stepsDone !== counted)
    return `${stepsDone} steps done, and not ${counted}`;
  return planned.find(({ title, isThere }) => done.has(title) && !now.some(isThere))?.title;
}

/** Whether a state of the cluster is what a page shows of it. */
function isAsStated(page: PageStatement, state: ClusterState, planned: readonly PlannedStep[]): boolean {
  return (
    (page.nodes === null || sameTexts(page.nodes.map(rowText), state.nodes.map(nodeText))) &&
    (page.groups === null || sameTexts(page.groups, groupTexts(state))) &&
    (page.notReady === null || sameTexts(page.notReady, notReadyNames(state))) &&
    (page.layers === null || sameTexts(page.layers, layerTexts(state))) &&
    (page.machines === null || page.machines === machinesText(page, state, planned))
  );
}

/** A row of the table of nodes, by its cells. */
function rowText(cells: readonly string[]): string {
  return cells.join(' | ');
}

function nodeText(node: ClusterState['nodes'][number]): string {
  const { name, machine, ready, phase, since, role, version, template, message } = node;
  return rowText([
    machine === null || machine === name ? name : `${name}Machine ${machine}`,
    `${ready ? 'Ready' : 'Not ready'} ${phase}`.trim(),
    since ?? '',
    role === 'control-plane' ? 'Control plane' : 'Worker',
    version,
    template,
    message,
  ]);
}

function notReadyNames({ nodes }: ClusterState): string[] {
  return nodes.filter(({ ready }) => !ready).map(({ name }) => name);
}

function layerTexts({ layers }: ClusterState): string[] {
  return [...layers].map(([name, version]) => `${name.replace('/', ' ')} ${version}`);
}

function groupTexts({ nodes }: ClusterState): string[] {
  const groups = Map.groupBy(nodes, ({ role, version, template }) => `${role} ${version} ${template}`);
  return [...groups.values()].map((group) => {
    const [first] = group;
    const ready = group.filter((node) => node.ready).length;
    const who = first?.role === 'control-plane' ? 'Control plane' : 'Workers';
    return `${who}: ${ready} of ${group.length} readyKubernetes ${first?.version}, template ${first?.template}`;
  });
}

/** The figure of machines replaced that a page has to show, by the steps that it shows as begun. */
function machinesText(
  { steps }: PageStatement,
  { rollouts }: ClusterState,
  planned: readonly PlannedStep[],
): string | undefined {
  const begun = planned.flatMap(({ title, rollout }) => {
    const state = steps?.find(([of]) => of === title)?.[1];
    return rollout === undefined || state === undefined || state === 'waiting' ? [] : [{ ...rollout, state }];
  });
  const replaced = begun.map(({ group, template, state }) => {
    if (state === 'done') return machinesOfGroup;
    const { template: asked, updated } = rollouts[group];
    // As long as others are asked for, those that are there are the old ones.
    return asked === template ? updated : 0;
  });
  return `${replaced.reduce((sum, count) => sum + count, 0)} of ${begun.length * machinesOfGroup}`;
}

function sameTexts(some: readonly string[], others: readonly string[]): boolean {
  return JSON.stringify([...some].sort()) === JSON.stringify([...others].sort());
}

function stated({ nodes, groups, notReady, layers, machines }: PageStatement): string {
  return JSON.stringify({ nodes: nodes?.map(rowText), groups, notReady, layers, machines });
}
