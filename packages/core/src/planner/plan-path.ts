import type { UsualTime } from '../upgrade/estimate/estimate.ts';
import {
  bestRoutes,
  compareRoutes,
  type MachineCounts,
  type Route,
  type RouteHop,
  type RouteSearch,
} from './find-routes.ts';
import {
  type BrokenRule,
  brokenRules,
  downgrade,
  edgeBetween,
  gatewayMinimum,
  type PlanningSite,
  riskOf,
  templateBytes,
  undeclared,
} from './hop-rules.ts';
import { declares } from './legality.ts';
import { decideNodeImage, type PlannableRelease } from './node-image.ts';
import type { PathHop, PathPlan, PlannedPath, RefusedRelease } from './path-plan.ts';
import type { GraphRelease, ReleaseGraph } from './release-graph.ts';
import { routeRollouts } from './route-rollouts.ts';
import { DeclaredSteps } from './step-facts.ts';

/** What a path is planned by. */
export interface PathInput<Known extends PlannableRelease> {
  readonly graph: ReleaseGraph<Known>;
  readonly from: GraphRelease<Known>;
  /** Undefined: the newest that can be reached, before one with a risk to accept one without. */
  readonly to: GraphRelease<Known> | undefined;
  readonly site?: PlanningSite;
  /** Undefined: nobody knows. */
  readonly machines?: MachineCounts | undefined;
  /** How long each hop of a route takes at the site; null for what it does not know. */
  readonly timesOf?: (hops: readonly RouteHop<Known>[]) => readonly (UsualTime | null)[];
}

const mostRunnersUp = 3;

/**
 * Plans the way from a release to a newer one over as many hops as it takes: the path, the next best ones, and every newer release that cannot
 * be reached with the fewest broken rules of any way to it. An older one that is asked for is refused as such.
 */
export function planPath<Known extends PlannableRelease>(input: PathInput<Known>): PathPlan {
  const { graph, from } = input;
  const search = searchOf(input);
  const routes = bestRoutes(search);
  const to = input.to ?? newestOf(graph, routes);
  const route = to === undefined ? undefined : routes.get(to.place);
  const others = route === undefined ? [] : otherRoutes(route, search);
  return {
    product: graph.product,
    from: from.version.text,
    to: to?.version.text ?? null,
    path: route === undefined ? null : described(route, input),
    notDirectly: route === undefined || to === undefined || route.hops.length === 1 ? [] : [...brokenBy(input, to)],
    runnersUp: others.map((one) => described(one, input)),
    refused: [...refusedOf(search, routes), ...backwards(input)],
  };
}

function searchOf<Known extends PlannableRelease>({
  graph,
  from,
  site = {},
  machines,
}: PathInput<Known>): RouteSearch<Known> {
  const steps = new DeclaredSteps(graph, site);
  return { graph, start: from, steps, site, machines: machines ?? { 'control-plane': 1, workers: 1 } };
}

function newestOf<Known extends PlannableRelease>(
  graph: ReleaseGraph<Known>,
  routes: ReadonlyMap<number, Route<Known>>,
): GraphRelease<Known> | undefined {
  const legal = graph.releases.filter(({ place }) => routes.has(place));
  return legal.findLast(({ place }) => routes.get(place)?.cost[1] === 0) ?? legal.at(-1);
}

/** The best routes that leave out one step of another: among them is the second best of all. */
function otherRoutes<Known extends PlannableRelease>(
  route: Route<Known>,
  search: RouteSearch<Known>,
): readonly Route<Known>[] {
  const upTo = route.hops.at(-1)?.to.place ?? -1;
  const found = new Map<string, Route<Known>>();
  for (const without of route.hops) {
    const other = bestRoutes({ ...search, without, upTo }).get(upTo);
    if (other !== undefined) found.set(other.hops.map(({ to }) => to.place).join(' '), other);
  }
  return [...found.values()].toSorted(compareRoutes).slice(0, mostRunnersUp);
}

function brokenBy<Known extends PlannableRelease>(
  { graph, from, site = {} }: PathInput<Known>,
  to: GraphRelease<Known>,
): readonly BrokenRule[] {
  const way = { providers: from.release.spec.clusterApi?.core, gateways: undefined };
  if (edgeBetween(from, to, site) === undefined) return [undeclared(from, to)];
  return brokenRules({ graph, from, to, site }, way);
}

function refusedOf<Known extends PlannableRelease>(
  search: RouteSearch<Known>,
  routes: ReadonlyMap<number, Route<Known>>,
): RefusedRelease[] {
  const { graph, start } = search;
  const closed = graph.releases.filter(({ place }) => place > start.place && !routes.has(place));
  if (closed.length === 0) return [];
  const evenBroken = bestRoutes({ ...search, evenBroken: true });
  return closed.toReversed().map(({ place, version }) => {
    const because = (evenBroken.get(place)?.hops ?? []).flatMap((hop) =>
      hop.broken.map((broken) => ({ ...broken, from: hop.from.version.text, to: hop.to.version.text })),
    );
    const release = graph.releases[place];
    if (because.length > 0 || release === undefined) return { version: version.text, because };
    return { version: version.text, because: [noWay(graph, start, release)] };
  });
}

/** Of older releases only the one that was asked for is told. */
function backwards<Known extends PlannableRelease>({ from, to }: PathInput<Known>): RefusedRelease[] {
  if (to === undefined || to.place >= from.place) return [];
  const place = { from: from.version.text, to: to.version.text };
  return [{ version: to.version.text, because: [{ ...downgrade(from, to), ...place }] }];
}

/** No chain of declared steps leads to a release: named is the beginning of the chain that comes nearest. */
function noWay(graph: ReleaseGraph, from: GraphRelease, release: GraphRelease): RefusedRelease['because'][number] {
  let first = release;
  for (const older of graph.releases.slice(from.place + 1, release.place).toReversed()) {
    if (edgeBetween(older, first) !== undefined) first = older;
  }
  const { rule, reason } = undeclared(from, first);
  const place = { from: from.version.text, to: first.version.text };
  if (first === release) return { rule, reason, ...place };
  return { rule, reason: `${release.version.text} is reached by way of ${first.version.text}. ${reason}`, ...place };
}

function described<Known extends PlannableRelease>(
  route: Route<Known>,
  { site = {}, machines, timesOf }: PathInput<Known>,
): PlannedPath {
  const times = timesOf?.(route.hops) ?? [];
  const rollouts = routeRollouts(route.hops.map(({ from, to }) => ({ installed: from.release, target: to.release })));
  const hops = route.hops.map((hop, index): PathHop => {
    const { from, to, edge } = hop;
    const { clusterApi } = to.release.spec;
    const isNew = clusterApi !== undefined && clusterApi.core !== from.release.spec.clusterApi?.core;
    const missing = site.missing?.get(to.version.text);
    return {
      from: from.version.text,
      to: to.version.text,
      reason: declares(edge, from, to),
      ...(edge.risk === undefined ? {} : { risk: edge.risk }),
      nodeImage: decideNodeImage(from.release, to.release),
      rollouts: (rollouts[index] ?? []).map(({ group, image }) => ({ group, kubernetes: image.kubernetes })),
      providers: isNew ? clusterApi.core : null,
      gateways: gatewayMinimum(from, to) ?? null,
      templateBytes: templateBytes(from, to),
      contentPresent: missing === undefined ? null : missing.length === 0,
      time: times[index] ?? null,
    };
  });
  const count = (group: 'control-plane' | 'workers') =>
    hops.flatMap((hop) => hop.rollouts).filter((one) => one.group === group).length;
  const counts = { 'control-plane': count('control-plane'), workers: count('workers') };
  return {
    hops,
    rollouts: counts,
    machines:
      machines === undefined
        ? null
        : counts['control-plane'] * machines['control-plane'] + counts.workers * machines.workers,
    risks: route.hops.flatMap(({ edge }) => (riskOf(edge, site.accepted) > 0 ? [edge.risk?.name ?? ''] : [])),
    time: sumOf(hops.map(({ time }) => time)),
  };
}

/** Adds up times: null where one of them is not known. The 90 % of the sum are taken to be the sum, which is rather too long than too short. */
export function sumOf(times: readonly (UsualTime | null)[]): UsualTime | null {
  const known = times.filter((time) => time !== null);
  if (known.length === 0 || known.length < times.length) return null;
  return {
    p50Ms: known.reduce((total, { p50Ms }) => total + p50Ms, 0),
    p90Ms: known.reduce((total, { p90Ms }) => total + p90Ms, 0),
    samples: Math.min(...known.map(({ samples }) => samples)),
  };
}
