import { differenceText } from '@sealift/core/adoption';
import type { AdoptRequest } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { layerId } from '@sealift/core/planner';
import type { ProfileLayer } from '@sealift/core/profile';
import { hashOfValues } from '@sealift/upgrade/frozen';
import type { SurveyPort } from '@sealift/upgrade/ports/survey';
import type { Insertable } from 'kysely';
import type { Actor } from '../../audit/actor.ts';
import { recordAudit } from '../../audit/audit-log.ts';
import { type StoredRelease, storedRelease } from '../../catalogue/stored-release.ts';
import { mergeThreads } from '../../merging/merge-threads.ts';
import { siteRevision } from '../../store/site-revision.ts';
import { change } from '../../store/change.ts';
import type { Db, Trx } from '../../store/store.ts';
import type { Tables } from '../../store/tables.ts';
import { defaultValues, givenValues } from './given-values.ts';
import { type AdoptionSources, type Proposal, proposeAdoption } from './propose.ts';

/** Differences that are named in one message. */
const shownDifferences = 50;
/** As long as writing down layers may take. */
const recordLimitMs = 15_000;

/**
 * Records which release the cluster runs, with the site's values. A console with a cluster looks again and records what was shown, and only
 * where nothing differs; layers that somebody else installed are written down in the cluster then. One without a cluster believes the request.
 *
 * @throws ALREADY_ADOPTED, CONSOLE_LOCKED, ADOPT_NOT_LOOKED_AT, ADOPT_CHANGED, ADOPT_DIFFERS, RELEASE_UNKNOWN, LAYER_UNKNOWN, and as `proposeAdoption`
 */
export async function adopt(sources: AdoptionSources, actor: Actor, request: AdoptRequest): Promise<void> {
  const { db, cluster } = sources;
  // Before anything is looked at; in the end it is checked again in the transaction.
  await refuseAdopted(db);
  if (!(await cluster.facts()).connected) {
    const { release, layers } = await asTold(sources, request);
    return await store(db, actor, { release, layers, seen: false });
  }
  const shown = request.proposal;
  if (shown === undefined) throw new SealiftError('ADOPT_NOT_LOOKED_AT');
  const site = await siteRevision(db);
  const proposal = await proposeAdoption(sources, request);
  const { product, version, digest, differences } = proposal.view;
  if (differences.length > 0) {
    const more = differences.length > shownDifferences ? ` and ${differences.length - shownDifferences} more` : '';
    const named = `${differences.slice(0, shownDifferences).map(differenceText).join('; ')}${more}`;
    throw new SealiftError('ADOPT_DIFFERS', { values: { product, version, differences: named } });
  }
  if (digest !== shown || (await siteRevision(db)) !== site) throw new SealiftError('ADOPT_CHANGED');
  await writeDown(proposal, cluster.survey);
  await store(db, actor, { ...proposal, seen: true, site });
}

async function refuseAdopted(db: Db | Trx): Promise<void> {
  const existing = await db.selectFrom('profile').select(['product', 'version']).executeTakeFirst();
  if (existing !== undefined) throw new SealiftError('ALREADY_ADOPTED', { values: existing });
}

/** The release and the values that a person names, where there is no cluster to look at. */
async function asTold(
  { db, registry }: AdoptionSources,
  request: AdoptRequest,
): Promise<Pick<Proposal, 'release' | 'layers'>> {
  const { version } = request;
  if (version === undefined) throw new SealiftError('CLUSTER_NOT_CONNECTED', { place: 'body.version' });
  const stored = await storedRelease(db, version);
  const base = await defaultValues(registry.client, stored.release);
  const given = givenValues(stored.release, request, base);
  const layers: ProfileLayer[] = [];
  for (const pinned of stored.release.spec.layers) {
    const id = layerId(pinned);
    const baseValues = base.get(id) ?? '';
    const currentValues = given.get(id) ?? baseValues;
    // Reads both texts as a merge will: what it would refuse later is refused now.
    const texts = { base: baseValues, current: currentValues, presets: '' };
    if (currentValues !== baseValues) await mergeThreads.run('countCustomisations', texts);
    layers.push({ ...pinned, baseValues, currentValues });
  }
  return { release: stored, layers };
}

/** So that the health of every layer is known from now on; those that Sealift applied are written down already. */
async function writeDown({ release, layers }: Proposal, survey: SurveyPort): Promise<void> {
  const cancel = AbortSignal.timeout(recordLimitMs);
  const profile = new Map(layers.map(({ pack, currentValues }) => [pack, currentValues]));
  for (const { layer, pack, version, digest, currentValues: values } of layers) {
    const wanted = {
      layer,
      pack,
      version,
      digest,
      values,
      valuesHash: hashOfValues(values),
      profile,
      release: release.digest,
    };
    await survey.record(wanted, cancel);
  }
}

interface Adopted {
  readonly release: StoredRelease;
  readonly layers: readonly ProfileLayer[];
  /** Whether it was found at the site, not told. */
  readonly seen: boolean;
  /** Revision of the settings of the site that was looked at. */
  readonly site?: number;
}

async function store(db: Db, actor: Actor, adopted: Adopted): Promise<void> {
  const { layers, seen, site } = adopted;
  const { release, digest } = adopted.release;
  const { product, version } = release.metadata;
  const rows = layers.map(
    (
      { layer, pack, version: of, digest: by, baseValues, currentValues },
      position,
    ): Insertable<Tables['profile_layer']> => ({
      position,
      layer,
      pack,
      version: of,
      digest: by,
      base_values: baseValues,
      current_values: currentValues,
    }),
  );
  await change(db, async (trx) => {
    await refuseAdopted(trx);
    if (site !== undefined && (await siteRevision(trx)) !== site) throw new SealiftError('ADOPT_CHANGED');
    await trx
      .insertInto('profile')
      .values({ id: 1, product, version, release_digest: digest, revision: 1, recorded_by: actor.name })
      .execute();
    await trx.insertInto('profile_layer').values(rows).execute();
    const customised = layers.filter((one) => one.baseValues !== one.currentValues).map((one) => layerId(one));
    await recordAudit(trx, actor, {
      action: 'platform.adopt',
      subject: `${product} ${version}`,
      details: { release: digest, customised, seen },
    });
  });
}
