import { randomUUID } from 'node:crypto';
import { isSealiftError, SealiftError } from '@sealift/core/errors';
import { enabledPresets } from '@sealift/core/merge';
import { buildPlan, layerChanges, type LayerTransition } from '@sealift/core/planner';
import type { ProfileLayer } from '@sealift/core/profile';
import type { Migration } from '@sealift/core/release';
import { upgradeFormat } from '@sealift/core/upgrade';
import type { RegistryClient } from '@sealift/oci/registry-client';
import type { Actor } from '../audit/actor.ts';
import { recordAudit } from '../audit/audit-log.ts';
import { fetchPack } from '../catalogue/pack-content.ts';
import { installedRelease, storedRelease, storedReleases } from '../catalogue/stored-release.ts';
import { type InstalledProfile, installedProfile } from '../platform/installed.ts';
import { packBase } from '../catalogue/content-paths.ts';
import { change } from '../store/change.ts';
import { assertReadable } from '../store/refuse-newer.ts';
import type { Db, Trx } from '../store/store.ts';
import type { UpgradeLayerRow } from '../store/tables.ts';
import { mergeLayer, mergeLayers } from './merge-cache.ts';
import { loadReport } from './preflight/report.ts';
import { findSameDraft, loadLayers, loadUpgrade } from './queries.ts';
import { loadRisks } from './risks/stored-risks.ts';
import { planText, storedPlan } from './stored-plan.ts';

type LayerRow = Omit<UpgradeLayerRow, 'upgrade_id' | 'hop'>;

/**
 * Makes a draft of an upgrade: the plan, and each layer's three texts. Incoming is read from the registry by the digest that the signed
 * release pins. A draft to the same release from the same profile is taken up again, with its resolutions; any other is dropped.
 *
 * @returns its id, and whether it is new
 * @throws NOT_ADOPTED, RELEASE_UNKNOWN, RELEASE_ROW_TAMPERED, SIGNATURE_*, UPGRADE_NOT_LEGAL, REVERSIBLE_NOT_OFFERED, MERGE_*, CONSOLE_LOCKED
 */
export async function startDraft(
  db: Db,
  client: RegistryClient,
  actor: Actor,
  { to, reversible }: { readonly to: string; readonly reversible: boolean },
): Promise<{ id: string; isNew: boolean }> {
  const profile = await installedProfile(db);
  if (profile === null) throw new SealiftError('NOT_ADOPTED');
  const installed = await installedRelease(db, profile.version, profile.product);
  const target = await storedRelease(db, to, profile.product);
  const known = (await storedReleases(db)).map(({ release }) => release);
  const plan = buildPlan({
    installed: installed.release,
    target: target.release,
    targetDigest: target.digest,
    reversible,
    known,
  });
  const id = randomUUID();
  const layers: LayerRow[] = [];
  const merges: Promise<unknown>[] = [];
  for (const [position, transition] of layerChanges(profile.layers, target.release.spec.layers).entries()) {
    const layer = await layerRow(client, position, transition, profile, target.release.spec.migrations);
    layers.push(layer);
    // Threads merge it while the next one is fetched; a failure is heard below, or not at all where that fails first.
    const merge = mergeLayer({ ...layer, upgrade_id: id, hop: 0 });
    merge.catch(() => undefined);
    merges.push(merge);
  }
  // What cannot be merged for certain is refused here, before a draft exists.
  await Promise.all(merges);
  return change(db, async (trx) => {
    const wanted = { to, release: target.digest, profileRevision: profile.revision, reversible };
    const same = await findSameDraft(trx, wanted);
    if (same !== undefined && (await isReadable(trx, same))) return { id: same, isNew: false };
    await trx.deleteFrom('upgrade').where('state', '=', 'draft').execute();
    await trx
      .insertInto('upgrade')
      .values({
        id,
        product: profile.product,
        from_version: profile.version,
        to_version: to,
        release_digest: target.digest,
        profile_revision: profile.revision,
        state: 'draft',
        format: upgradeFormat,
        plan: planText(plan),
        reversible,
        created_at: new Date(),
      })
      .execute();
    await trx
      .insertInto('upgrade_layer')
      .values(layers.map((layer) => ({ ...layer, upgrade_id: id, hop: 0 })))
      .execute();
    await recordAudit(trx, actor, {
      action: 'upgrade.draft',
      subject: id,
      details: { from: profile.version, to, release: target.digest, ...(reversible ? { reversible } : {}) },
    });
    return { id, isNew: true };
  });
}

/** A draft that was damaged, or is of a newer version, is made anew: nobody could look at it or confirm it. */
async function isReadable(trx: Trx, id: string): Promise<boolean> {
  try {
    const row = await loadUpgrade(trx, id);
    await assertReadable(trx, row);
    storedPlan(row);
    await mergeLayers(await loadLayers(trx, id));
    await loadReport(trx, id);
    await loadRisks(trx, id);
    return true;
  } catch (error) {
    const isOther = isSealiftError(error, 'RECORD_FORMAT_OTHER') || isSealiftError(error, 'UPGRADE_FROM_NEWER');
    if (isOther || isSealiftError(error, 'RECORD_DAMAGED')) return false;
    throw error;
  }
}

async function layerRow(
  client: RegistryClient,
  position: number,
  { id, layer, pack, from, to }: LayerTransition,
  profile: InstalledProfile,
  migrations: readonly Migration[],
): Promise<LayerRow> {
  const installed = profile.layers.find((one) => one.layer === layer && one.pack === pack);
  const fetched =
    to === undefined
      ? undefined
      : await fetchPack(client, packBase, { name: pack, version: to.version, digest: to.digest });
  return {
    position,
    layer_id: id,
    layer,
    pack,
    display_name: fetched?.content.pack.displayName ?? pack,
    from_version: from?.version ?? null,
    to_version: to?.version ?? null,
    to_digest: to?.digest ?? null,
    base: installed?.baseValues ?? '',
    current: installed?.currentValues ?? '',
    incoming: fetched?.content.valuesYaml ?? '',
    migrations: JSON.stringify(migrations.filter((migration) => migration.pack === pack)),
    resolutions: '[]',
    pasted: null,
    base_presets: installed === undefined ? null : await presetsOf(client, installed),
    incoming_presets: fetched?.content.presetsYaml ?? null,
    schema_notation: fetched?.content.schemaYaml ?? null,
    json_schema: fetched?.content.schemaJson ?? null,
  };
}

/** The installed pack's presets; they matter, and are read, only where the site has switched one on. */
async function presetsOf(client: RegistryClient, installed: ProfileLayer): Promise<string | null> {
  if (enabledPresets(installed.currentValues).length === 0) return null;
  const pinned = { name: installed.pack, version: installed.version, digest: installed.digest };
  return (await fetchPack(client, packBase, pinned)).content.presetsYaml ?? null;
}
