import type { AnswersRequest, LayerEdit } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { pathKey, pathText, type Resolution, resolutionSchema } from '@sealift/core/merge';
import { z } from 'zod';
import type { Actor } from '../audit/actor.ts';
import { recordAudit } from '../audit/audit-log.ts';
import { change } from '../store/change.ts';
import { storedJson } from '../store/stored-json.ts';
import type { Db, Trx } from '../store/store.ts';
import type { UpgradeLayerRow } from '../store/tables/upgrades.ts';
import type { LinkedRow } from '../merging/carried-answers.ts';
import { mergeThreads } from '../merging/merge-threads.ts';
import { assertDraft } from './assert-draft.ts';
import { loadLinkedLayer } from './layer-chain.ts';
import { answerRow } from './merge-cache.ts';
import { addressedLayer, loadLayer, loadUpgrade } from './queries.ts';
import { EditedMeanwhile } from '../http/edited-meanwhile.ts';
import { editsSince, recordEdit, revisionOf } from './review/layer-edits.ts';

/** A layer of a draft. */
export interface LayerAddress {
  readonly id: string;
  readonly layerId: string;
}

/** Who edits which layer, and which revisions of it they may have seen; any, where that is left out. */
export interface Editing {
  readonly actor: Actor;
  readonly address: LayerAddress;
  readonly seen?: readonly number[] | undefined;
}

/** Replaces a layer's resolutions. @throws NOT_FOUND, UPGRADE_NOT_DRAFT, INPUT_INVALID, LAYER_EDITED, MERGE_RESOLUTION_INVALID, CONSOLE_LOCKED */
export function setResolutions(db: Db, editing: Editing, resolutions: readonly Resolution[]): Promise<void> {
  return answer(db, editing, resolutions, () => resolutions);
}

/** Changes the answers to some paths, and leaves every other as it is. @throws as {@link setResolutions} */
export function changeAnswers(db: Db, editing: Editing, { set, open }: AnswersRequest): Promise<void> {
  const touched = new Set([...set.map(({ path }) => path), ...open].map(pathKey));
  return answer(db, editing, set, (before) => [...before.filter(({ path }) => !touched.has(pathKey(path))), ...set]);
}

/** @param given what is new of the answers, and has to answer something */
function answer(
  db: Db,
  editing: Editing,
  given: readonly Resolution[],
  next: (before: readonly Resolution[]) => readonly Resolution[],
): Promise<void> {
  const check = (row: LinkedRow) => answerRow({ ...row, resolutions: JSON.stringify(next(answersOf(row))) }, given);
  return edit(db, editing, check, async (trx, row) => {
    const before = answersOf(row);
    const resolutions = next(before);
    await update(trx, row, { resolutions: JSON.stringify(resolutions) });
    // The values that a person gave may be secrets; the log names the paths.
    const chosen = resolutions.map((one) => ({ path: pathText(one.path), take: answerText(one) }));
    await recordAudit(trx, editing.actor, {
      action: 'upgrade.resolve',
      subject: row.layer_id,
      details: { ...editing.address, chosen },
    });
    return { what: 'answers', answers: changedAnswers(before, resolutions) };
  });
}

function answersOf({ resolutions }: UpgradeLayerRow): readonly Resolution[] {
  return storedJson('the resolutions of a layer', resolutions, z.array(resolutionSchema));
}

function answerText(resolution: Resolution): 'current' | 'incoming' | 'base' | 'own value' {
  return 'take' in resolution ? resolution.take : 'own value';
}

function changedAnswers(before: readonly Resolution[], after: readonly Resolution[]): LayerEdit['answers'] {
  const old = new Map(before.map((one) => [pathKey(one.path), JSON.stringify(one)]));
  const kept = new Set(after.map(({ path }) => pathKey(path)));
  const given = after.filter((one) => old.get(pathKey(one.path)) !== JSON.stringify(one));
  const opened = before.filter(({ path }) => !kept.has(pathKey(path)));
  return [
    ...given.map((one) => ({ path: pathText(one.path), answer: answerText(one) })),
    ...opened.map((one) => ({ path: pathText(one.path), answer: 'opened again' as const })),
  ];
}

/** Puts a text in the merge's place. @throws NOT_FOUND, UPGRADE_NOT_DRAFT, LAYER_EDITED, MERGE_* (it is no YAML), CONSOLE_LOCKED */
export function pasteText(db: Db, editing: Editing, text: string): Promise<void> {
  const { actor, address } = editing;
  const check = async (row: LinkedRow): Promise<void> => {
    if (row.to_version === null) {
      const reason = 'the release removes this layer';
      throw new SealiftError('INPUT_INVALID', { place: 'body.text', values: { what: 'the text', reason } });
    }
    await mergeThreads.run('checkPasted', { row, text });
  };
  return edit(db, editing, check, async (trx, row) => {
    await update(trx, row, { pasted: text });
    await recordAudit(trx, actor, { action: 'upgrade.paste', subject: row.layer_id, details: { ...address } });
    return { what: 'text', answers: [] };
  });
}

/** Goes back to the merge. @throws NOT_FOUND, UPGRADE_NOT_DRAFT, LAYER_EDITED, CONSOLE_LOCKED */
export function dropPastedText(db: Db, editing: Editing): Promise<void> {
  const { actor, address } = editing;
  return edit(db, editing, undefined, async (trx, row) => {
    if (row.pasted === null) return undefined;
    await update(trx, row, { pasted: null });
    await recordAudit(trx, actor, { action: 'upgrade.unpaste', subject: row.layer_id, details: { ...address } });
    return { what: 'back-to-merge', answers: [] };
  });
}

/**
 * @param check reads the row's texts, which a draft never changes: before the transaction, which others wait for
 * @param run what was done; undefined where nothing was to do
 */
async function edit(
  db: Db,
  { actor, address: { id, layerId }, seen }: Editing,
  check: ((row: LinkedRow) => Promise<void>) | undefined,
  run: (trx: Trx, row: UpgradeLayerRow) => Promise<Pick<LayerEdit, 'what' | 'answers'> | undefined>,
): Promise<void> {
  if (check !== undefined) {
    assertDraft(await loadUpgrade(db, id));
    const row = await loadLinkedLayer(db, id, layerId);
    // What others did may be why it does not fit any more: they are told of first.
    await assertSeen(db, row, layerId, seen);
    await check(row);
  }
  await change(db, async (trx) => {
    assertDraft(await loadUpgrade(trx, id));
    await holdLayer(trx, id, layerId);
    const row = await loadLayer(trx, id, layerId);
    await assertSeen(trx, row, layerId, seen);
    const done = await run(trx, row);
    if (done !== undefined) await recordEdit(trx, row, { by: actor.name, at: new Date().toISOString(), ...done });
  });
}

/** @throws LAYER_EDITED */
async function assertSeen(
  db: Db,
  row: UpgradeLayerRow,
  layerId: string,
  seen: readonly number[] | undefined,
): Promise<void> {
  if (seen === undefined || seen.includes(await revisionOf(db, row))) return;
  throw new EditedMeanwhile(layerId, await editsSince(db, row, Math.max(...seen)));
}

/** Keeps others from editing the layer until the transaction ends. */
export async function holdLayer(trx: Trx, upgradeId: string, address: string): Promise<void> {
  const { hop, layer } = addressedLayer(address);
  await trx
    .selectFrom('upgrade_layer')
    .select('layer_id')
    .where('upgrade_id', '=', upgradeId)
    .where('hop', '=', hop)
    .where('layer_id', '=', layer)
    .forUpdate()
    .execute();
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
