import { SealiftError } from '@sealift/core/errors';
import { pathText, type Resolution } from '@sealift/core/merge';
import type { Actor } from '../audit/actor.ts';
import { recordAudit } from '../audit/audit-log.ts';
import { change } from '../store/change.ts';
import type { Db, Trx } from '../store/store.ts';
import type { UpgradeLayerRow } from '../store/tables.ts';
import type { LinkedRow } from '../merging/carried-answers.ts';
import { mergeThreads } from '../merging/merge-threads.ts';
import { assertDraft } from './assert-draft.ts';
import { loadLinkedLayer } from './layer-chain.ts';
import { loadLayer, loadUpgrade } from './queries.ts';

/** A layer of a draft. */
export interface LayerAddress {
  readonly id: string;
  readonly layerId: string;
}

/** Replaces a layer's resolutions. @throws NOT_FOUND, UPGRADE_NOT_DRAFT, INPUT_INVALID, MERGE_RESOLUTION_INVALID, CONSOLE_LOCKED */
export function setResolutions(
  db: Db,
  actor: Actor,
  address: LayerAddress,
  resolutions: readonly Resolution[],
): Promise<void> {
  const check = (row: LinkedRow) => mergeThreads.run('checkResolutions', { row, resolutions });
  return edit(db, address, check, async (trx, row) => {
    await update(trx, row, { resolutions: JSON.stringify(resolutions) });
    // The values that a person gave may be secrets; the log names the paths.
    const chosen = resolutions.map((one) => ({
      path: pathText(one.path),
      take: 'take' in one ? one.take : 'own value',
    }));
    await recordAudit(trx, actor, {
      action: 'upgrade.resolve',
      subject: row.layer_id,
      details: { ...address, chosen },
    });
  });
}

/** Puts a text in the merge's place. @throws NOT_FOUND, UPGRADE_NOT_DRAFT, MERGE_* (it is no YAML), CONSOLE_LOCKED */
export function pasteText(db: Db, actor: Actor, address: LayerAddress, text: string): Promise<void> {
  const check = async (row: LinkedRow): Promise<void> => {
    if (row.to_version === null) {
      const reason = 'the release removes this layer';
      throw new SealiftError('INPUT_INVALID', { place: 'body.text', values: { what: 'the text', reason } });
    }
    await mergeThreads.run('checkPasted', { row, text });
  };
  return edit(db, address, check, async (trx, row) => {
    await update(trx, row, { pasted: text });
    await recordAudit(trx, actor, { action: 'upgrade.paste', subject: row.layer_id, details: { ...address } });
  });
}

/** Goes back to the merge. @throws NOT_FOUND, UPGRADE_NOT_DRAFT, CONSOLE_LOCKED */
export function dropPastedText(db: Db, actor: Actor, address: LayerAddress): Promise<void> {
  return edit(db, address, undefined, async (trx, row) => {
    if (row.pasted === null) return;
    await update(trx, row, { pasted: null });
    await recordAudit(trx, actor, { action: 'upgrade.unpaste', subject: row.layer_id, details: { ...address } });
  });
}

/** @param check reads the row's texts, which a draft never changes: before the transaction, which others wait for */
async function edit(
  db: Db,
  { id, layerId }: LayerAddress,
  check: ((row: LinkedRow) => Promise<void>) | undefined,
  run: (trx: Trx, row: UpgradeLayerRow) => Promise<void>,
): Promise<void> {
  if (check !== undefined) {
    assertDraft(await loadUpgrade(db, id));
    await check(await loadLinkedLayer(db, id, layerId));
  }
  await change(db, async (trx) => {
    assertDraft(await loadUpgrade(trx, id));
    await run(trx, await loadLayer(trx, id, layerId));
  });
}

async function update(
  trx: Trx,
  row: UpgradeLayerRow,
  values: Partial<Pick<UpgradeLayerRow, 'resolutions' | 'pasted'>>,
): Promise<void> {
  await trx
    .updateTable('upgrade_layer')
    .set(values)
    .where('upgrade_id', '=', row.upgrade_id)
    .where('hop', '=', row.hop)
    .where('layer_id', '=', row.layer_id)
    .execute();
}
