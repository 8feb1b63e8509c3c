import { type HunkedText, hunkedTextSchema, type HunksRequest, longestOwnLines } from '@sealift/core/api';
import { canonicalJson } from '@sealift/core/canonical-json';
import { SealiftError } from '@sealift/core/errors';
import { pathKey, pathText } from '@sealift/core/merge';
import { readRecord } from '@sealift/core/record';
import { z } from 'zod';
import { recordAudit } from '../../audit/audit-log.ts';
import { recordChanged } from '../../http/if-match.ts';
import { layerAddress } from '../../merging/layer-merge.ts';
import { mergeThreads } from '../../merging/merge-threads.ts';
import { change } from '../../store/change.ts';
import type { Db, Trx } from '../../store/store.ts';
import { assertDraft } from '../assert-draft.ts';
import { type Editing, holdLayer } from '../edit-draft.ts';
import { loadLinkedLayer } from '../layer-chain.ts';
import { reviewOf } from '../merge-cache.ts';
import { loadLayer, loadUpgrade } from '../queries.ts';

const format = 1;
const schema = hunkedTextSchema.omit({ layer: true, revision: true }).extend({ format: z.literal(format) });
type Settled = Omit<z.infer<typeof schema>, 'format'>;

/** Every text of an upgrade of which hunks were settled. @throws RECORD_FORMAT_OTHER, RECORD_DAMAGED */
export async function hunkedTexts(db: Db, upgradeId: string): Promise<HunkedText[]> {
  const rows = await db
    .selectFrom('hunked_text')
    .selectAll()
    .where('upgrade_id', '=', upgradeId)
    .orderBy('hop')
    .orderBy('layer_id')
    .orderBy('path_key')
    .execute();
  return rows.map((row) => ({ layer: layerAddress(row), revision: row.revision, ...read(row.settled) }));
}

/**
 * Settles hunks of a text of a draft, or opens them again. It is no edit of the layer: the conflict stays open until it is answered.
 *
 * @throws NOT_FOUND, UPGRADE_NOT_DRAFT, INPUT_INVALID, RECORD_CHANGED where the text, or what was settled of it, is another by now; CONSOLE_LOCKED
 */
export async function settleHunks(
  db: Db,
  { actor, address: { id, layerId }, seen }: Editing,
  request: HunksRequest,
): Promise<HunkedText> {
  const { path, texts, of } = request;
  assertDraft(await loadUpgrade(db, id));
  const review = await reviewOf(await loadLinkedLayer(db, id, layerId), 'whole');
  const now = await mergeThreads.run('textsOfConflict', { review, path });
  if (now === undefined) throw invalid('path', `${pathText(path)} is not settled by hunk`);
  if (now !== texts) throw recordChanged(`the text at ${pathText(path)}`);
  return await change(db, async (trx) => {
    assertDraft(await loadUpgrade(trx, id));
    await holdLayer(trx, id, layerId);
    const place = { ...placeOf(await loadLayer(trx, id, layerId)), path_key: pathKey(path) };
    const before = await storedAt(trx, place);
    if (seen !== undefined && !seen.includes(before?.revision ?? 0)) {
      throw recordChanged(`what is settled of ${pathText(path)}`);
    }
    const isSame = before?.settled.texts === texts && before.settled.of === of;
    const by = { by: actor.name, at: new Date().toISOString() };
    const settled: Settled = { path, texts, of, hunks: changed(isSame ? before.settled.hunks : [], request, by) };
    const revision = (before?.revision ?? 0) + 1;
    const values = { revision, settled: canonicalJson({ format, ...settled }) };
    await trx
      .insertInto('hunked_text')
      .values({ ...place, ...values })
      .onConflict((row) => row.columns(['upgrade_id', 'hop', 'layer_id', 'path_key']).doUpdateSet(values))
      .execute();
    // Lines that a person typed may be secrets; the log names the hunks.
    await recordAudit(trx, actor, {
      action: 'upgrade.settle-hunks',
      subject: place.layer_id,
      details: { id, layerId, path: pathText(path), ...toldOf(request) },
    });
    return { layer: layerAddress(place), revision, ...settled };
  });
}

type Place = ReturnType<typeof placeOf> & { readonly path_key: string };

function placeOf({ upgrade_id, hop, layer_id }: { upgrade_id: string; hop: number; layer_id: string }) {
  return { upgrade_id, hop, layer_id };
}

async function storedAt(trx: Trx, place: Place) {
  const row = await trx
    .selectFrom('hunked_text')
    .select(['revision', 'settled'])
    .where('upgrade_id', '=', place.upgrade_id)
    .where('hop', '=', place.hop)
    .where('layer_id', '=', place.layer_id)
    .where('path_key', '=', place.path_key)
    .executeTakeFirst();
  return row && { revision: row.revision, settled: read(row.settled) };
}

function read(stored: string): Settled {
  const { format: _format, ...settled } = readRecord('hunks that were settled', { stored, format, schema });
  return settled;
}

/** @throws INPUT_INVALID where there would be more hunks than are to be decided, or more lines than an answer takes */
function changed(
  before: HunkedText['hunks'],
  { set, open, of }: HunksRequest,
  by: { readonly by: string; readonly at: string },
): HunkedText['hunks'] {
  const next = new Map(before.map((one) => [one.hunk, one]));
  for (const hunk of open) next.delete(hunk);
  for (const one of set) next.set(one.hunk, { ...one, ...by });
  const hunks = [...next.values()].toSorted((a, b) => a.hunk - b.hunk);
  if (hunks.length > of) throw invalid('set', `${hunks.length} hunks would be settled of ${of}`);
  const typed = hunks.reduce((sum, { choice }) => sum + (typeof choice === 'string' ? 0 : choice.own.length), 0);
  if (typed > longestOwnLines) throw invalid('set', `lines of your own are more than ${longestOwnLines} characters`);
  return hunks;
}

function toldOf({ set, open }: HunksRequest) {
  const word = (choice: HunkedText['hunks'][number]['choice']) => (typeof choice === 'string' ? choice : 'own lines');
  return { settled: set.map(({ hunk, choice }) => ({ hunk: hunk + 1, take: word(choice) })), opened: open.length };
}

function invalid(field: string, reason: string): SealiftError {
  return new SealiftError('INPUT_INVALID', { place: `body.${field}`, values: { what: 'what is settled', reason } });
}
