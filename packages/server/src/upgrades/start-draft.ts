import { randomUUID } from 'node:crypto';
import { isSealiftError, SealiftError } from '@sealift/core/errors';
import { enabledPresets } from '@sealift/core/merge';
import { buildRoutePlan, layerChanges, type LayerTransition, type PinnedLayer } from '@sealift/core/planner';
import type { ProfileLayer } from '@sealift/core/profile';
import type { Migration } from '@sealift/core/release';
import type { Plan } from '@sealift/core/upgrade';
import { mapAtOnce } from '@sealift/io/map-at-once';
import type { ContentReader } from '@sealift/oci/registry-client';
import type { Actor } from '../audit/actor.ts';
import { recordAudit } from '../audit/audit-log.ts';
import { fetchPack } from '../catalogue/pack-content.ts';
import { refuseConflict } from '../catalogue/registry-places.ts';
import { installedRelease, type StoredRelease, storedReleases } from '../catalogue/stored-release.ts';
import { type InstalledProfile, installedProfile } from '../platform/installed.ts';
import { packBase } from '../catalogue/content-paths.ts';
import { change } from '../store/change.ts';
import { assertReadable } from '../store/refuse-newer.ts';
import type { Trx } from '../store/store.ts';
import { mergeLayers } from './layer-chain.ts';
import { mergeForDraft, reviewOf } from './merge-cache.ts';
import { routeTo } from './path/route-to.ts';
import { loadReport } from './preflight/report.ts';
import { findSameDraft, loadLayers, loadUpgrade } from './queries.ts';
import { loadRisks } from './risks/stored-risks.ts';
import { type DraftLayer, storeDraft } from './store-draft.ts';
import { storedPlan } from './stored-plan.ts';
import type { UpgradeServices } from './upgrade-services.ts';

/**
 * Makes a draft of an upgrade: the plan, and each layer's three texts in every hop of the way. Incoming is read from the registry by the digest
 * that the signed release pins. A draft to the same release by the same way from the same profile is taken up again, with its resolutions; any
 * other is dropped.
 *
 * @returns its id, and whether it is new
 * @throws NOT_ADOPTED, RELEASE_UNKNOWN, RELEASE_IN_TWO_REGISTRIES, RELEASE_ROW_TAMPERED, SIGNATURE_*, UPGRADE_NOT_LEGAL, REVERSIBLE_NOT_OFFERED, MERGE_*, CONSOLE_LOCKED
 */
export async function startDraft(
  services: DraftServices,
  actor: Actor,
  { to, reversible }: { readonly to: string; readonly reversible: boolean },
): Promise<{ id: string; isNew: boolean }> {
  const { db } = services.store;
  const profile = await installedProfile(db);
  if (profile === null) throw new SealiftError('NOT_ADOPTED');
  const installed = await installedRelease(db, profile.version, profile.product);
  const route = await routeTo(services, profile.product, to);
  for (const { release } of route) await refuseConflict(db, profile.product, release.metadata.version);
  const known = (await storedReleases(db)).map(({ release }) => release);
  if (reversible && route.length > 1) {
    const by = route.map(({ release }) => release.metadata.version).join(', ');
    const reason = `the way takes ${route.length} hops (${by}), and only a single one can be taken back so`;
    throw new SealiftError('REVERSIBLE_NOT_OFFERED', { values: { reason } });
  }
  const hops = route.map(({ release, digest }) => ({ target: release, targetDigest: digest, reversible }));
  const plan = buildRoutePlan({ installed: installed.release, hops, known });
  const target = route.at(-1)?.digest ?? installed.digest;
  const id = randomUUID();
  // Threads merge the first hop's while the rest is fetched; what fails does so again below.
  const mergeSoon = (layer: DraftLayer): void =>
    void mergeForDraft({ ...layer, upgrade_id: id }).catch(() => undefined);
  const layers = (await layersOnTheWay(services.registry.client, profile, route, mergeSoon)).map((layer) => {
    return { ...layer, upgrade_id: id };
  });
  // What cannot be merged for certain is refused here, before a draft exists.
  const merged = await mergeLayers(layers);
  const draft = await change(db, async (trx) => {
    const wanted = { to, release: target, profileRevision: profile.revision, reversible };
    const same = await findSameDraft(trx, wanted);
    if (same !== undefined && (await isSame(trx, same, plan))) return { id: same, isNew: false };
    await storeDraft(trx, { id, profile, plan, release: target, reversible, layers });
    await recordAudit(trx, actor, {
      action: 'upgrade.draft',
      subject: id,
      details: {
        from: profile.version,
        to,
        release: target,
        ...(route.length > 1 ? { by: route.map(({ release }) => release.metadata.version) } : {}),
        ...(reversible ? { reversible } : {}),
      },
    });
    return { id, isNew: true };
  });
  // What people open next, of the hops that are left; whoever does so earlier waits for the rest.
  for (const { row } of merged) void reviewOf(row, 'whole').catch(() => undefined);
  return draft;
}

/** What a draft is made with. */
type DraftServices = Pick<UpgradeServices, 'store' | 'registry' | 'cluster'>;

/** A draft that goes another way, was damaged, or is of a newer version, is made anew: nobody could look at that one or confirm it. */
async function isSame(trx: Trx, id: string, plan: Plan): Promise<boolean> {
  try {
    const row = await loadUpgrade(trx, id);
    await assertReadable(trx, row);
    const stored = storedPlan(row);
    await mergeLayers(await loadLayers(trx, id));
    await loadReport(trx, id);
    await loadRisks(trx, id);
    const wayOf = ({ hops }: Plan): string => hops.map(({ release }) => release).join(' ');
    return wayOf(stored) === wayOf(plan);
  } catch (error) {
    const isOther = isSealiftError(error, 'RECORD_FORMAT_OTHER') || isSealiftError(error, 'UPGRADE_FROM_NEWER');
    if (isOther || isSealiftError(error, 'RECORD_DAMAGED')) return false;
    throw error;
  }
}

/** Packs that are fetched at a time. */
const fetchedAtOnce = 4;

/** What a layer's values were written against before a hop. */
interface Before {
  readonly base: string;
  readonly current: string;
  readonly presets: string | null;
}

/**
 * The layers of every hop: the first begins with what is installed, each other one with what the hop before brings.
 *
 * @param onFirst told each layer of the first hop, which waits for no other hop
 */
async function layersOnTheWay(
  client: ContentReader,
  profile: InstalledProfile,
  route: readonly StoredRelease[],
  onFirst: (layer: DraftLayer) => void,
): Promise<DraftLayer[]> {
  const rows: DraftLayer[] = [];
  let installed: readonly PinnedLayer[] = profile.layers;
  for (const [hop, { release }] of route.entries()) {
    const earlier = new Map(rows.filter((row) => row.hop === hop - 1).map((row) => [row.layer_id, row]));
    const { layers, migrations } = release.spec;
    const changes = [...layerChanges(installed, layers).entries()];
    const made = await mapAtOnce(changes, fetchedAtOnce, async ([position, transition]) => {
      const row = earlier.get(transition.id);
      const before =
        row === undefined
          ? await installedBefore(client, transition, hop === 0 ? profile : undefined)
          : // What the hop before merges takes the place of `current` whenever it is read.
            { base: row.incoming, current: '', presets: row.incoming_presets };
      const layer = await layerRow(client, { hop, position }, transition, before, migrations);
      if (hop === 0) onFirst(layer);
      return layer;
    });
    rows.push(...made);
    installed = layers;
  }
  return rows;
}

async function installedBefore(
  client: ContentReader,
  { layer, pack }: LayerTransition,
  profile: InstalledProfile | undefined,
): Promise<Before> {
  const installed = profile?.layers.find((one) => one.layer === layer && one.pack === pack);
  if (installed === undefined) return { base: '', current: '', presets: null };
  const { baseValues: base, currentValues: current } = installed;
  return { base, current, presets: await presetsOf(client, installed) };
}

async function layerRow(
  client: ContentReader,
  place: Pick<DraftLayer, 'hop' | 'position'>,
  { id, layer, pack, from, to }: LayerTransition,
  before: Before,
  migrations: readonly Migration[],
): Promise<DraftLayer> {
  const fetched =
    to === undefined
      ? undefined
      : await fetchPack(client, packBase, { name: pack, version: to.version, digest: to.digest });
  return {
    ...place,
    layer_id: id,
    layer,
    pack,
    display_name: fetched?.content.pack.displayName ?? pack,
    from_version: from?.version ?? null,
    to_version: to?.version ?? null,
    to_digest: to?.digest ?? null,
    base: before.base,
    current: before.current,
    incoming: fetched?.content.valuesYaml ?? '',
    migrations: JSON.stringify(migrations.filter((migration) => migration.pack === pack)),
    resolutions: '[]',
    pasted: null,
    base_presets: before.presets,
    incoming_presets: fetched?.content.presetsYaml ?? null,
    schema_notation: fetched?.content.schemaYaml ?? null,
    json_schema: fetched?.content.schemaJson ?? null,
  };
}

/** The installed pack's presets; they matter, and are read, only where the site has switched one on. */
async function presetsOf(client: ContentReader, installed: ProfileLayer): Promise<string | null> {
  if (enabledPresets(installed.currentValues).length === 0) return null;
  const pinned = { name: installed.pack, version: installed.version, digest: installed.digest };
  return (await fetchPack(client, packBase, pinned)).content.presetsYaml ?? null;
}
