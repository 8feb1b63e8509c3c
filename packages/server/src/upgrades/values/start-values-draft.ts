import { SealiftError } from '@sealift/core/errors';
import { buildRoutePlan } from '@sealift/core/planner';
import type { Actor } from '../../audit/actor.ts';
import { recordAudit } from '../../audit/audit-log.ts';
import { installedRelease } from '../../catalogue/stored-release.ts';
import { mergeThreads } from '../../merging/merge-threads.ts';
import type { InstalledProfile } from '../../platform/installed.ts';
import { endedEarly, isLeftByNewValues, mayRunOthers } from '../../platform/partly-upgraded.ts';
import { change } from '../../store/change.ts';
import type { Trx } from '../../store/store.ts';
import { findSameDraft } from '../queries.ts';
import { recordEdit } from '../review/layer-edits.ts';
import { type DraftLayer, storeDraft } from '../store-draft.ts';
import type { UpgradeServices } from '../upgrade-services.ts';
import { layerOf, unchangedLayers } from './edited-layer.ts';
import { adoptedProfile, assertSeen, displayNames, editedRow } from './layer-values.ts';

/** Values that somebody wants a layer to run, and the revision of the profile that they were written for. */
interface WantedValues {
  readonly layerId: string;
  readonly values: string;
  readonly seen: number;
}

/**
 * Makes a draft that applies new values of a layer to the release that runs, by the same way as any upgrade: a plan with a backup before and a proof
 * after, preflight, Confirm. Edits of other layers are added to the same draft; any other draft is dropped.
 *
 * @returns its id, and whether it is new
 * @throws NOT_ADOPTED, NOT_FOUND, RECORD_CHANGED, INPUT_INVALID (they run already), MERGE_* (no YAML), UPGRADE_NOT_LEGAL (partly upgraded), CONSOLE_LOCKED
 */
export async function startValuesDraft(
  services: Pick<UpgradeServices, 'store' | 'registry'>,
  actor: Actor,
  { layerId, values, seen }: WantedValues,
): Promise<{ id: string; isNew: boolean }> {
  const { db } = services.store;
  const profile = await adoptedProfile(db);
  assertSeen(profile, seen);
  const row = await editedRow(services, profile, layerId, values);
  const ended = await endedEarly(db, profile);
  if (values === row.current && !mayRunOthers(ended, layerOf(profile, layerId))) {
    const reason = 'they are what runs already';
    throw new SealiftError('INPUT_INVALID', { place: 'body.values', values: { what: 'the values', reason } });
  }
  await mergeThreads.run('checkPasted', { row: { ...row, upgrade_id: '' }, text: values });
  const { version, product } = profile;
  if (ended !== null && !isLeftByNewValues(ended)) {
    const reason = `The platform is partly upgraded to ${ended.to}: go on with that upgrade, or roll it back, first.`;
    throw new SealiftError('UPGRADE_NOT_LEGAL', { values: { from: version, to: version, reason } });
  }
  const { release, digest } = await installedRelease(db, version, product);
  const hop = { target: release, targetDigest: digest, editedLayers: [layerId] };
  const plan = buildRoutePlan({ installed: release, hops: [hop] });
  const names = await displayNames(
    db,
    profile.layers.map((layer) => layer.digest),
  );
  return await change(db, async (trx) => {
    const same = await sameDraft(trx, profile, digest);
    const layers = unchangedLayers(profile, names).map((one) => (one.layer_id === layerId ? row : one));
    const id = same ?? (await storeDraft(trx, { profile, plan, release: digest, reversible: false, layers }));
    if (same !== undefined) await edit(trx, id, row);
    await recordEdit(
      trx,
      { upgrade_id: id, hop: 0, layer_id: layerId },
      { by: actor.name, at: new Date().toISOString(), what: 'text', answers: [] },
    );
    const details = { from: version, to: version, values: layerId };
    await recordAudit(trx, actor, { action: 'upgrade.draft', subject: id, details });
    return { id, isNew: same === undefined };
  });
}

function sameDraft(trx: Trx, profile: InstalledProfile, release: string): Promise<string | undefined> {
  return findSameDraft(trx, {
    to: profile.version,
    release,
    profileRevision: profile.revision,
    reversible: false,
  });
}

/** Puts another text of a layer into a draft for values. */
async function edit(trx: Trx, id: string, { pasted, layer_id: layerId, ...row }: DraftLayer): Promise<void> {
  const { base_presets, incoming_presets, schema_notation, json_schema } = row;
  await trx
    .updateTable('upgrade_layer')
    .set({ pasted, base_presets, incoming_presets, schema_notation, json_schema })
    .where('upgrade_id', '=', id)
    .where('hop', '=', 0)
    .where('layer_id', '=', layerId)
    .execute();
}
