import type { LayerEdit, ReviewedLayer } from '@sealift/core/api';
import { pathText, resolutionSchema } from '@sealift/core/merge';
import { z } from 'zod';
import type { LinkedRow } from '../../merging/carried-answers.ts';
import { mergeThreads } from '../../merging/merge-threads.ts';
import type { Db } from '../../store/store.ts';
import { storedJson } from '../../store/stored-json.ts';
import { loadLinkedLayer, mergeLayers } from '../layer-chain.ts';
import { mergeLayer, reviewOf, type ShownValues } from '../merge-cache.ts';
import { loadLayer, loadLayers } from '../queries.ts';
import { rememberedFor } from '../resolution-memory.ts';
import { editsSince, historiesOf, type LayerHistory, placeKey, revisionOf } from './layer-edits.ts';

const untouched: LayerHistory = { revision: 0, edits: [] };

/**
 * Every decision of an upgrade: `Review` as JSON in UTF-8. Threads make what a layer adds to it, and it is kept; here it is only put together.
 *
 * @throws MERGE_*, RECORD_DAMAGED
 */
export async function upgradeReview(db: Db, upgradeId: string, values: ShownValues): Promise<Uint8Array> {
  const histories = await historiesOf(db, upgradeId);
  const merged = await mergeLayers(await loadLayers(db, upgradeId));
  const layers = await Promise.all(
    merged.map(({ row }) => layerBytes(db, row, { ...(histories.get(placeKey(row)) ?? untouched), values })),
  );
  const separated = layers.flatMap((bytes, index) => (index === 0 ? [bytes] : [comma, bytes]));
  return Buffer.concat([Buffer.from('{"layers":['), ...separated, Buffer.from(']}')]);
}

/** One layer of it, with its revision. @throws NOT_FOUND, MERGE_*, RECORD_DAMAGED */
export async function layerReview(
  db: Db,
  upgradeId: string,
  layerId: string,
): Promise<{ readonly bytes: Uint8Array; readonly revision: number }> {
  // The revision first: whoever edits meanwhile must not have his edit taken for seen.
  const place = await loadLayer(db, upgradeId, layerId);
  const revision = await revisionOf(db, place);
  const edits = await editsSince(db, place, 0);
  const row = await loadLinkedLayer(db, upgradeId, layerId);
  return { bytes: await layerBytes(db, row, { revision, edits, values: 'whole' }), revision };
}

const comma = Buffer.from(',');
/** What the answer of a thread ends with: the list of its last field, empty, and the object's end. */
const emptyEnd = '[]}';

async function layerBytes(
  db: Db,
  row: LinkedRow,
  { revision, edits, values }: LayerHistory & { readonly values: ShownValues },
): Promise<Uint8Array> {
  const made = await reviewOf(row, values);
  const own = JSON.stringify({ revision, answered: answeredBy(row, edits) });
  const start = Buffer.from(`${own.slice(0, -1)},`);
  // Who may not see values has nothing to answer either.
  const offered = values === 'whole' ? await offersFor(db, row) : undefined;
  const rest = made.subarray(1);
  if (offered === undefined) return Buffer.concat([start, rest]);
  return Buffer.concat([start, rest.subarray(0, -emptyEnd.length), offered, Buffer.from('}')]);
}

/** How earlier upgrades settled what is open. */
async function offersFor(db: Db, row: LinkedRow): Promise<Uint8Array | undefined> {
  const { summary } = await mergeLayer(row);
  if (summary.openConflicts === 0) return undefined;
  const remembered = await rememberedFor(db, row.layer_id);
  return remembered.length === 0 ? undefined : await mergeThreads.run('offerRemembered', { row, remembered });
}

/** Who gave each answer in force: the last who touched its path. */
function answeredBy(row: LinkedRow, edits: readonly LayerEdit[]): ReviewedLayer['answered'] {
  if (edits.length === 0) return [];
  const last = new Map(edits.flatMap(({ by, at, answers }) => answers.map(({ path }) => [path, { by, at }])));
  const given = storedJson('the resolutions of a layer', row.resolutions, z.array(resolutionSchema));
  return given.flatMap((one) => {
    const path = pathText(one.path);
    const found = last.get(path);
    return found === undefined ? [] : [{ path, ...found }];
  });
}
