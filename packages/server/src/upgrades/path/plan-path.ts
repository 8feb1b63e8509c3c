import { isSealiftError, SealiftError } from '@sealift/core/errors';
import {
  buildRoutePlan,
  type GraphRelease,
  inGraph,
  type MachineCounts,
  type PathInput,
  type PathPlan,
  planPath,
  releaseGraph,
  type RouteHop,
  sumOf,
} from '@sealift/core/planner';
import type { Release } from '@sealift/core/release';
import { usualTime, type UsualTime } from '@sealift/core/upgrade';
import { packBase } from '../../catalogue/content-paths.ts';
import { pinnedContent } from '../../catalogue/pinned-content.ts';
import { releasesWithInstalled, type StoredRelease, storedReleases } from '../../catalogue/stored-release.ts';
import { installedProfile } from '../../platform/installed.ts';
import { stepHistory } from '../course/history.ts';
import type { UpgradeServices } from '../upgrade-services.ts';

/** What a path is planned between; without `from` from what is installed, without `to` to the newest that can be reached. */
export interface PathRequest {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Whether content is not looked for: a draft tells of what is missing with the remedy, and may be looked at meanwhile. */
  readonly evenIncomplete?: boolean;
}

/** What of the services planning looks at. */
export type PathServices = Pick<UpgradeServices, 'store' | 'registry' | 'cluster'>;

/**
 * Plans the way to a release over as many hops as it takes, by the signed releases of the catalogue and, of those on the way, what the registry
 * holds: a path whose content is not all there is left for another one.
 *
 * @throws NOT_ADOPTED, RELEASE_UNKNOWN
 */
export async function sitePath(
  services: PathServices,
  { from, to, evenIncomplete = false }: PathRequest,
): Promise<PathPlan> {
  const { db } = services.store;
  const profile = await installedProfile(db);
  if (profile === null && from === undefined) throw new SealiftError('NOT_ADOPTED');
  const known = profile === null ? await alone(services) : await releasesWithInstalled(db, profile);
  const start = from ?? profile?.version ?? '';
  const product =
    profile?.product ??
    known.stored.find(({ release }) => release.metadata.version === start)?.release.metadata.product;
  const installed = profile?.version === start ? known.installed : undefined;
  const all = [...(installed === undefined ? [] : [installed]), ...known.stored];
  const graph = releaseGraph(
    product ?? '',
    all.map(({ release }) => release),
  );
  const find = (version: string): GraphRelease<Release> => {
    const found = inGraph(graph, version);
    if (found === undefined) throw new SealiftError('RELEASE_UNKNOWN', { values: { version } });
    return found;
  };
  const machines = await machinesNow(services);
  const input: PathInput<Release> = {
    graph,
    from: find(start),
    to: to === undefined ? undefined : find(to),
    machines,
    timesOf: await timesHere(services, all, machines),
  };
  return evenIncomplete ? planPath(input) : await provenPath(services, input);
}

async function alone({ store }: PathServices): Promise<{ stored: StoredRelease[]; installed: undefined }> {
  return { stored: await storedReleases(store.db), installed: undefined };
}

/** Plans until all that the path needs was looked for and found; each time round one more release is known to be whole or not. */
async function provenPath(services: PathServices, input: PathInput<Release>): Promise<PathPlan> {
  const missing = new Map<string, readonly string[]>();
  for (;;) {
    const plan = planPath({ ...input, site: { missing } });
    const open = (plan.path?.hops ?? []).filter(({ to }) => !missing.has(to));
    if (open.length === 0) return plan;
    for (const { to } of open) {
      const release = inGraph(input.graph, to)?.release;
      const lost = release === undefined ? [] : await missingOf(services, release);
      missing.set(to, lost);
      if (lost.length > 0) break;
    }
  }
}

/** What may be in a registry that is away is not there for now; releases that others hold can be planned all the same. */
async function missingOf({ registry }: PathServices, release: Release): Promise<readonly string[]> {
  try {
    return await registry.content.missing(pinnedContent(packBase, release));
  } catch (error) {
    if (isSealiftError(error, 'REGISTRY_AWAY')) return [`content that may be in a registry (${error.message})`];
    throw error;
  }
}

const lookMs = 5000;

/** How many machines there are; undefined where the cluster does not answer in time. */
async function machinesNow({ cluster }: PathServices): Promise<MachineCounts | undefined> {
  try {
    const nodes = await cluster.cluster.nodes(AbortSignal.timeout(lookMs));
    const count = (role: 'control-plane' | 'worker') => nodes.filter((node) => node.role === role).length;
    return { 'control-plane': count('control-plane'), workers: count('worker') };
  } catch {
    return undefined;
  }
}

/** Times by the steps that hops would have, each as long as such steps took here. */
async function timesHere(
  { store }: PathServices,
  releases: readonly StoredRelease[],
  machines: MachineCounts | undefined,
): Promise<(hops: readonly RouteHop<Release>[]) => (UsualTime | null)[]> {
  const history = await stepHistory(store.db);
  const digests = new Map(releases.map(({ release, digest }) => [release, digest]));
  const nodes = machines ?? { 'control-plane': null, workers: null };
  return (hops) => {
    const [first] = hops;
    if (first === undefined || history.length === 0) return hops.map(() => null);
    const plan = buildRoutePlan({
      installed: first.from.release,
      hops: hops.map(({ to: { release } }) => ({ target: release, targetDigest: digests.get(release) ?? '' })),
    });
    return plan.hops.map(({ steps }) => sumOf(steps.map(({ kind }) => usualTime(history, kind, nodes))));
  };
}
