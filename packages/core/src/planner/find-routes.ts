import type { UpgradeEdge } from '../release/release.ts';
import { satisfies } from '../version/range.ts';
import { compareVersions } from '../version/version.ts';
import { type BrokenRule, brokenByTheWay, type ComeSoFar, type PlanningSite, riskOf } from './hop-rules.ts';
import { leavesBehind } from './kubernetes-path.ts';
import type { PlannableRelease } from './node-image.ts';
import type { GraphRelease, ReleaseGraph } from './release-graph.ts';
import { remembered, type DeclaredSteps, type StepFacts } from './step-facts.ts';

/** Machines of each group; the search needs only how they weigh against each other. */
export interface MachineCounts {
  readonly 'control-plane': number;
  readonly workers: number;
}

/** One declared step of a route. */
export interface RouteHop<Known extends PlannableRelease = PlannableRelease> {
  readonly from: GraphRelease<Known>;
  readonly to: GraphRelease<Known>;
  readonly edge: UpgradeEdge;
  /** Rules that it breaks; empty where it may be taken. */
  readonly broken: readonly BrokenRule[];
}

/** What routes are compared by, the weightier first. */
export type RouteCost = readonly [broken: number, risk: number, machines: number, hops: number];

/** A way from the installed release to another. */
export interface Route<Known extends PlannableRelease = PlannableRelease> {
  readonly hops: readonly RouteHop<Known>[];
  readonly cost: RouteCost;
}

export interface RouteSearch<Known extends PlannableRelease> {
  readonly graph: ReleaseGraph<Known>;
  readonly start: GraphRelease<Known>;
  readonly steps: DeclaredSteps<Known>;
  readonly site: PlanningSite;
  readonly machines: MachineCounts;
  /** Whether steps that break a rule are gone too: then routes are as few broken rules as can be, and machines are not counted. */
  readonly evenBroken?: boolean;
  /** A step that is left out. */
  readonly without?: RouteHop<Known>;
  /** Place of the newest release that is of interest. */
  readonly upTo?: number;
}

/** Where a search has come to: a release, and what the way to it has left of providers, gateways and workers. */
interface Reached<Known extends PlannableRelease> {
  readonly at: GraphRelease<Known>;
  readonly way: ComeSoFar;
  /** Kubernetes of the workers, and whether they still have to be rolled to what the control plane has. */
  readonly workers: string;
  readonly pending: boolean;
  readonly cost: RouteCost;
  readonly last: RouteHop<Known> | undefined;
  readonly before: Reached<Known> | undefined;
}

/**
 * The best route from a release to every newer one that steps lead to, by place. Choice is lexicographic: broken rules, unaccepted risk, replaced
 * machines, hops, and then the newer releases on the way.
 */
export function bestRoutes<Known extends PlannableRelease>(
  search: RouteSearch<Known>,
): ReadonlyMap<number, Route<Known>> {
  const { graph, start, steps, site, evenBroken = false, without, upTo = graph.releases.length - 1 } = search;
  const { spec } = start.release;
  const workers = spec.kubernetes.version;
  const way = { providers: spec.clusterApi?.core, gateways: undefined };
  const cost: RouteCost = [0, 0, 0, 0];
  const origin: Reached<Known> = { at: start, way, workers, pending: false, cost, last: undefined, before: undefined };
  const weights = { ...search, ...remembering() };
  const open = new Map([[start.place, [origin]]]);
  const routes = new Map<number, Route<Known>>();
  // Steps lead to newer releases only, so by their order every way to a release is known before it is left.
  for (const from of graph.releases.slice(start.place, upTo + 1)) {
    const states = open.get(from.place);
    open.delete(from.place);
    if (states === undefined || states.length === 0) continue;
    if (from !== start) routes.set(from.place, routeOf(states, weights));
    for (const step of steps.from(from)) {
      const { to, images } = step;
      if (to.place > upTo || (!evenBroken && step.broken.length > 0)) continue;
      if (without?.from === from && without.to === to) continue;
      const found = open.get(to.place) ?? [];
      open.set(to.place, found);
      for (const state of states) {
        const byTheWay = brokenByTheWay({ graph, from, to, site }, state.way, images);
        if (byTheWay.length === 0) admit(found, take(state, step, weights), weights);
        else if (evenBroken) {
          admit(found, take(state, { ...step, broken: [...step.broken, ...byTheWay] }, weights), weights);
        }
      }
    }
  }
  return routes;
}

/** By what a step is weighed. */
interface Weights extends Pick<RouteSearch<PlannableRelease>, 'site' | 'machines' | 'evenBroken'> {
  readonly leavesBehind: (workers: string, next: string) => boolean;
  readonly satisfies: (version: string, range: string) => boolean;
  readonly compare: (a: string, b: string) => number;
}

function remembering(): Pick<Weights, 'leavesBehind' | 'satisfies' | 'compare'> {
  return {
    leavesBehind: remembered(leavesBehind),
    satisfies: remembered(satisfies),
    compare: remembered(compareVersions),
  };
}

function take<Known extends PlannableRelease>(
  state: Reached<Known>,
  hop: StepFacts<Known>,
  { site, machines, evenBroken = false, ...ask }: Weights,
): Reached<Known> {
  const { from, to, edge, broken, images } = hop;
  const { spec } = to.release;
  const [brokenSoFar, risk, machinesSoFar, hops] = state.cost;
  const { providers, gateways } = state.way;
  let replaced = machinesSoFar;
  let { workers, pending } = state;
  let reached = from.release.spec.kubernetes.version;
  const roll = (): void => {
    if (pending) replaced += machines.workers;
    pending = false;
    workers = reached;
  };
  for (const { kubernetes } of evenBroken ? [] : images) {
    if (ask.leavesBehind(workers, kubernetes)) roll();
    replaced += machines['control-plane'];
    pending = true;
    reached = kubernetes;
  }
  if (pending && !ask.satisfies(workers, spec.kubernetes.supported)) roll();
  return {
    at: to,
    way: { providers: spec.clusterApi?.core ?? providers, gateways: spec.gateway?.version ?? gateways },
    workers,
    pending,
    cost: [brokenSoFar + broken.length, risk + riskOf(edge, site.accepted), replaced, hops + 1],
    last: hop,
    before: state,
  };
}

/** Takes up a way to a release, unless another one makes it useless, and drops those that it makes useless. */
function admit<Known extends PlannableRelease>(found: Reached<Known>[], next: Reached<Known>, weights: Weights): void {
  if (found.some((known) => outdoes(known, next, weights))) return;
  for (let index = found.length - 1; index >= 0; index -= 1) {
    const known = found[index];
    if (known !== undefined && outdoes(next, known, weights)) found.splice(index, 1);
  }
  found.push(next);
}

/**
 * Whether whatever follows one way costs no more after another: it has the same providers and gateways behind it, and either its workers are as new
 * and it is no dearer, or it is cheaper even if its workers were rolled at once. Takes it that what a release supports has no gap.
 */
function outdoes<Known extends PlannableRelease>(a: Reached<Known>, b: Reached<Known>, weights: Weights): boolean {
  if (a.way.providers !== b.way.providers || a.way.gateways !== b.way.gateways) return false;
  const order = compareReached(a, b);
  if (order > 0) return false;
  if (weights.evenBroken === true) return true;
  const [, risk, machines] = a.cost;
  if (risk < b.cost[1] || machines + weights.machines.workers < b.cost[2]) return true;
  const newer = weights.compare(a.workers, b.workers);
  return newer > 0 || (newer === 0 && (!a.pending || b.pending));
}

function routeOf<Known extends PlannableRelease>(states: readonly Reached<Known>[], weights: Weights): Route<Known> {
  const [best] = states.map((state) => arrived(state, weights)).toSorted(compareReached);
  return { hops: best === undefined ? [] : hopsOf(best), cost: best?.cost ?? [0, 0, 0, 0] };
}

/** At the end of a route no worker is left behind. */
function arrived<Known extends PlannableRelease>(state: Reached<Known>, { machines }: Weights): Reached<Known> {
  if (!state.pending) return state;
  const [broken, risk, replaced, hops] = state.cost;
  return { ...state, pending: false, cost: [broken, risk, replaced + machines.workers, hops] };
}

function compareReached<Known extends PlannableRelease>(a: Reached<Known>, b: Reached<Known>): number {
  const order = compareCosts(a.cost, b.cost);
  if (order !== 0) return order;
  // Of one cost they have as many hops; the first that differs decides, which is the last one found from the end.
  let newer = 0;
  let [one, other]: (Reached<Known> | undefined)[] = [a, b];
  while (one !== undefined && other !== undefined && one !== other) {
    if (one.at !== other.at) newer = other.at.place - one.at.place;
    [one, other] = [one.before, other.before];
  }
  return newer;
}

function compareCosts(a: RouteCost, b: RouteCost): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2] || a[3] - b[3];
}

/** Below 0 where the first route is the better one. */
export function compareRoutes(a: Route, b: Route): number {
  const order = compareCosts(a.cost, b.cost);
  if (order !== 0) return order;
  const differs = a.hops.findIndex(({ to }, index) => b.hops[index]?.to !== to);
  return (b.hops[differs]?.to.place ?? 0) - (a.hops[differs]?.to.place ?? 0);
}

function hopsOf<Known extends PlannableRelease>(end: Reached<Known>): readonly RouteHop<Known>[] {
  const hops: RouteHop<Known>[] = [];
  for (let state: Reached<Known> | undefined = end; state !== undefined; state = state.before) {
    if (state.last !== undefined) hops.push(state.last);
  }
  return hops.toReversed();
}
