import type { UpgradeEdge } from '../release/release.ts';
import { satisfies } from '../version/range.ts';
import { type BrokenRule, brokenRules, type ComeSoFar, edgeBetween, type PlanningSite, riskOf } from './hop-rules.ts';
import { leavesBehind } from './kubernetes-path.ts';
import { decideNodeImage, imagesOnTheWay, type PlannableRelease } from './node-image.ts';
import type { GraphRelease, ReleaseGraph } from './release-graph.ts';

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

/** A way from the installed release to another. */
export interface Route<Known extends PlannableRelease = PlannableRelease> {
  readonly hops: readonly RouteHop<Known>[];
  readonly cost: RouteCost;
}

/** What routes are compared by, the weightier first: broken rules, unaccepted risk, machines that are replaced, hops. */
export type RouteCost = readonly [broken: number, risk: number, machines: number, hops: number];

export interface RouteSearch {
  readonly site?: PlanningSite;
  readonly machines?: MachineCounts;
  /** Steps that are left out, each as `from to`. */
  readonly without?: ReadonlySet<string>;
  /** The place of the newest release that is of interest. */
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
 * The best route from a release to every newer one that declared steps lead to, by place; one of which a step breaks rules only where there is no
 * other, and then with as few broken rules as there can be. Choice is lexicographic: broken rules, unaccepted risk, replaced machines,
 * hops, and then the newer releases on the way.
 */
export function bestRoutes<Known extends PlannableRelease>(
  graph: ReleaseGraph<Known>,
  start: GraphRelease<Known>,
  { site = {}, machines = { 'control-plane': 1, workers: 1 }, without, upTo }: RouteSearch = {},
): ReadonlyMap<number, Route<Known>> {
  const { spec } = start.release;
  const origin: Reached<Known> = {
    at: start,
    way: { providers: spec.clusterApi?.core, gateways: undefined },
    workers: spec.kubernetes.version,
    pending: false,
    cost: [0, 0, 0, 0],
    last: undefined,
    before: undefined,
  };
  const open = new Map([[start.place, new Map([[stateKey(origin), origin]])]]);
  const routes = new Map<number, Route<Known>>();
  // Steps lead to newer releases only, so by their order every way to a release is known before it is left.
  for (const from of graph.releases.slice(start.place)) {
    const states = [...(open.get(from.place)?.values() ?? [])];
    open.delete(from.place);
    if (states.length === 0) continue;
    if (from !== start) routes.set(from.place, routeOf(states, machines));
    for (const to of graph.releases.slice(from.place + 1, upTo === undefined ? undefined : upTo + 1)) {
      if (without?.has(`${from.version.text} ${to.version.text}`) === true) continue;
      const edge = edgeBetween(from, to, site);
      if (edge === undefined) continue;
      const found = open.get(to.place) ?? new Map<string, Reached<Known>>();
      open.set(to.place, found);
      for (const state of states) {
        const broken = brokenRules({ graph, from, to, site, way: state.way });
        const next = take(state, { from, to, edge, broken }, { site, machines });
        const key = stateKey(next);
        const known = found.get(key);
        if (known === undefined || isBetter(next, known)) found.set(key, next);
      }
    }
  }
  return routes;
}

function take<Known extends PlannableRelease>(
  state: Reached<Known>,
  hop: RouteHop<Known>,
  { site, machines }: { readonly site: PlanningSite; readonly machines: MachineCounts },
): Reached<Known> {
  const { from, to, edge, broken } = hop;
  const { spec } = to.release;
  const [brokenSoFar, risk, machinesSoFar, hops] = state.cost;
  let replaced = machinesSoFar;
  let { workers, pending } = state;
  let reached = from.release.spec.kubernetes.version;
  const roll = (): void => {
    if (pending) replaced += machines.workers;
    pending = false;
    workers = reached;
  };
  const images = decideNodeImage(from.release, to.release).needed ? imagesOnTheWay(from.release, to.release) : [];
  for (const { kubernetes } of images) {
    if (leavesBehind(workers, kubernetes)) roll();
    replaced += machines['control-plane'];
    pending = true;
    reached = kubernetes;
  }
  if (pending && !satisfies(workers, spec.kubernetes.supported)) roll();
  return {
    at: to,
    way: {
      providers: spec.clusterApi?.core ?? state.way.providers,
      gateways: spec.gateway?.version ?? state.way.gateways,
    },
    workers,
    pending,
    cost: [brokenSoFar + broken.length, risk + riskOf(edge, site.accepted), replaced, hops + 1],
    last: hop,
    before: state,
  };
}

/** What a way's further steps depend on. */
function stateKey({ way, workers, pending }: Reached<PlannableRelease>): string {
  return `${way.providers ?? ''} ${way.gateways ?? ''} ${workers} ${pending}`;
}

function routeOf<Known extends PlannableRelease>(
  states: readonly Reached<Known>[],
  machines: MachineCounts,
): Route<Known> {
  const [best] = states.map((state) => arrived(state, machines)).toSorted((a, b) => (isBetter(a, b) ? -1 : 1));
  return { hops: best === undefined ? [] : hopsOf(best), cost: best?.cost ?? [0, 0, 0, 0] };
}

/** At the end of a route no worker is left behind. */
function arrived<Known extends PlannableRelease>(state: Reached<Known>, machines: MachineCounts): Reached<Known> {
  if (!state.pending) return state;
  const [broken, risk, replaced, hops] = state.cost;
  return { ...state, pending: false, cost: [broken, risk, replaced + machines.workers, hops] };
}

function isBetter<Known extends PlannableRelease>(a: Reached<Known>, b: Reached<Known>): boolean {
  const order = compareCosts(a.cost, b.cost);
  return order === 0 ? compareHops(hopsOf(a), hopsOf(b)) < 0 : order < 0;
}

/** Below 0 where the first is cheaper. */
export function compareCosts(a: RouteCost, b: RouteCost): number {
  for (const [index, value] of a.entries()) {
    const other = b[index] ?? 0;
    if (value !== other) return value - other;
  }
  return 0;
}

/** Of routes of one cost the one by way of the newer releases, the first difference deciding. */
function compareHops(a: readonly RouteHop[], b: readonly RouteHop[]): number {
  for (const [index, hop] of a.entries()) {
    const other = b[index];
    if (other !== undefined && other.to.place !== hop.to.place) return other.to.place - hop.to.place;
  }
  return 0;
}

/** Below 0 where the first route is the better one. */
export function compareRoutes(a: Route, b: Route): number {
  return compareCosts(a.cost, b.cost) || compareHops(a.hops, b.hops);
}

function hopsOf<Known extends PlannableRelease>(end: Reached<Known>): readonly RouteHop<Known>[] {
  const hops: RouteHop<Known>[] = [];
  for (let state: Reached<Known> | undefined = end; state !== undefined; state = state.before) {
    if (state.last !== undefined) hops.push(state.last);
  }
  return hops.toReversed();
}
