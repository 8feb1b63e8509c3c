import { createHash } from 'node:crypto';
import {
  expectedTemplate,
  type MatchedRelease,
  matchRelease,
  rankReleases,
  type SiteDifference,
  type SiteSurvey,
} from '@sealift/core/adoption';
import type { AdoptionProposal, ProposedLayer, SurveyRequest } from '@sealift/core/api';
import { canonicalJson } from '@sealift/core/canonical-json';
import { isSealiftError, SealiftError } from '@sealift/core/errors';
import type { ProfileLayer } from '@sealift/core/profile';
import type { SurveyPort } from '@sealift/upgrade/ports/survey';
import type { RegistryAccess } from '../../catalogue/registry-access.ts';
import { type StoredRelease, storedRelease, storedReleases } from '../../catalogue/stored-release.ts';
import { mergeThreads } from '../../merging/merge-threads.ts';
import type { Db } from '../../store/store.ts';
import type { SwitchedCluster } from '../switched-cluster.ts';
import { defaultValues, givenValues } from './given-values.ts';
import { layerEvidence } from './layer-evidence.ts';
import { within } from './within.ts';

/** As long as a look may take; with the writing down after it, it is less than clients wait. */
const limitSeconds = 40;
/** So many releases are compared part by part; those that nodes and records speak against are not. */
const candidates = 3;

/** What a site is compared by. */
export interface AdoptionSources {
  readonly db: Db;
  readonly registry: RegistryAccess;
  readonly cluster: Pick<SwitchedCluster, 'survey' | 'vcenter' | 'facts'>;
}

/** A proposal, and the profile that it would become. */
export interface Proposal {
  readonly view: AdoptionProposal;
  readonly release: StoredRelease;
  readonly layers: readonly ProfileLayer[];
}

/**
 * Looks at the site, finds the release that it runs, and compares part by part. Changes nothing.
 *
 * @throws CLUSTER_NOT_CONNECTED, ADOPT_NO_RELEASE, ADOPT_TOO_LONG, RELEASE_UNKNOWN, LAYER_UNKNOWN, and what cluster, vCenter and registry throw
 */
export async function proposeAdoption(sources: AdoptionSources, request: SurveyRequest): Promise<Proposal> {
  const { survey: port } = sources.cluster;
  return await within(limitSeconds, (cancel) => propose(sources, port, request, cancel));
}

async function propose(
  sources: AdoptionSources,
  port: SurveyPort,
  request: SurveyRequest,
  cancel: AbortSignal,
): Promise<Proposal> {
  const known = await knownReleases(sources.db, request.version);
  const survey = await port.look(cancel);
  const ranked = rankReleases(known, survey);
  const compared = [];
  let unfit: SealiftError | undefined;
  for (const stored of ranked.slice(0, candidates)) {
    try {
      compared.push(await compare(sources, port, { stored, survey, request }, cancel));
    } catch (error) {
      // A person speaks of a layer that this release does not have: it is not the one that runs.
      if (!isSealiftError(error, 'LAYER_UNKNOWN')) throw error;
      unfit ??= error;
    }
  }
  const [best, ...others] = compared.toSorted((a, b) => a.match.differences.length - b.match.differences.length);
  if (best === undefined) throw unfit ?? new SealiftError('ADOPT_NO_RELEASE');
  const equal = others.filter(({ match }) => match.differences.length === 0).map(({ stored }) => stored);
  const ambiguous = best.match.differences.length === 0 ? ambiguity(best.stored, equal) : [];
  const { simulated } = await sources.cluster.facts();
  return await proposalOf(best, survey, [...ambiguous, ...best.match.differences], simulated);
}

async function knownReleases(db: Db, version: string | undefined): Promise<readonly StoredRelease[]> {
  const known = version === undefined ? await storedReleases(db) : [await storedRelease(db, version)];
  if (known.length === 0) throw new SealiftError('ADOPT_NO_RELEASE');
  return known;
}

interface Compared {
  readonly stored: StoredRelease;
  readonly match: MatchedRelease;
  readonly isTemplateThere: boolean;
}

async function compare(
  { registry, cluster }: AdoptionSources,
  port: SurveyPort,
  { stored, survey, request }: { stored: StoredRelease; survey: SiteSurvey; request: SurveyRequest },
  cancel: AbortSignal,
): Promise<Compared> {
  const { release } = stored;
  const base = await defaultValues(registry.client, release, cancel);
  const given = givenValues(release, request, base);
  const layers = await layerEvidence({ stored, survey, base, given }, port, cancel);
  const name = expectedTemplate(release.spec);
  const template = name === undefined ? null : await cluster.vcenter.findTemplate(name, cancel);
  return { stored, match: matchRelease(release, survey, { layers, template }), isTemplateThere: template !== null };
}

/** Several releases that are the same in all that can be seen. */
function ambiguity({ release }: StoredRelease, equal: readonly StoredRelease[]): readonly SiteDifference[] {
  if (equal.length === 0) return [];
  const versions = [release, ...equal.map((one) => one.release)].map(({ metadata }) => metadata.version);
  const remedy = 'Name the one that was installed: `sealift platform adopt VERSION`.';
  return [{ what: 'release', expected: 'one release', found: versions.join(', '), object: 'the catalogue', remedy }];
}

async function proposalOf(
  { stored, match, isTemplateThere }: Compared,
  survey: SiteSurvey,
  differences: readonly SiteDifference[],
  simulated: boolean,
): Promise<Proposal> {
  const { release } = stored;
  const { product, version } = release.metadata;
  const shown: ProposedLayer[] = [];
  const layers: ProfileLayer[] = [];
  for (const { evidence, state, runs, valuesFrom } of match.layers) {
    const { pinned, base, values: current } = evidence;
    const isKnown = valuesFrom !== 'none' && state !== 'absent';
    const customisations = isKnown
      ? await mergeThreads.run('countCustomisations', { base, current, presets: '' })
      : null;
    const { layer, pack, version: of, digest } = pinned;
    shown.push({ layer, pack, version: of, digest, state, runs, valuesFrom, customisations });
    layers.push({ layer, pack, version: of, digest, baseValues: base, currentValues: current });
  }
  const template = expectedTemplate(release.spec);
  const found = {
    product,
    version,
    kubernetes: { expected: release.spec.kubernetes.version, found: survey.kubernetes },
    template: template === undefined ? null : { name: template, isThere: isTemplateThere },
    layers: shown,
    nodes: survey.nodes,
    providers: [...match.providers],
    others: othersOf(match, survey),
    differences: [...differences],
    simulated,
  };
  const texts = layers.map(({ currentValues }) => currentValues);
  return { view: { digest: digestOf(stored.digest, found, texts), ...found }, release: stored, layers };
}

/** Whether nodes are ready changes by itself, and so does what else runs: neither is a part of what is adopted. */
function digestOf(release: string, found: Omit<AdoptionProposal, 'digest'>, texts: readonly string[]): string {
  const nodes = found.nodes.map(({ name, role, version, template }) => ({ name, role, version, template }));
  const adopted = canonicalJson([release, { ...found, nodes, others: undefined }, texts]);
  return createHash('sha256').update(adopted).digest('hex');
}

function othersOf(
  { layers }: MatchedRelease,
  { charts, applySets, layers: recorded }: SiteSurvey,
): AdoptionProposal['others'] {
  const own = new Set(
    layers.flatMap(({ evidence: { examined } }) =>
      'refused' in examined ? [] : examined.charts.map(({ namespace, name }) => `${namespace}/${name}`),
    ),
  );
  const records = new Set(recorded.map(({ object }) => object));
  return {
    charts: charts.map(({ namespace, name }) => `${namespace}/${name}`).filter((place) => !own.has(place)),
    applySets: applySets.map(({ object }) => object).filter((object) => !records.has(object)),
  };
}
