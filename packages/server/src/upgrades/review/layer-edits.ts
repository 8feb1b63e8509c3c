import { type LayerEdit, layerEditSchema } from '@sealift/core/api';
import { canonicalJson } from '@sealift/core/canonical-json';
import { readRecord } from '@sealift/core/record';
import { z } from 'zod';
import type { Db, Trx } from '../../store/store.ts';
import type { UpgradeLayerRow } from '../../store/tables/upgrades.ts';

type LayerPlace = Pick<UpgradeLayerRow, 'upgrade_id' | 'hop' | 'layer_id'>;

/** More than anybody asks about: who comes later than that is told of the newest. */
const keptEdits = 500;
/** Paths that an edit names; with more than that it is enough to know who it was. */
const namedAnswers = 200;

const format = 1;
const schema = z.object({ format: z.literal(format), edit: layerEditSchema });

/** A layer's revision: how often it was edited. */
export async function revisionOf(db: Db, place: LayerPlace): Promise<number> {
  const last = await db
    .selectFrom('layer_edit')
    .select('number')
    .where('upgrade_id', '=', place.upgrade_id)
    .where('hop', '=', place.hop)
    .where('layer_id', '=', place.layer_id)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
  return last?.number ?? 0;
}

/** Adds an edit; the layer's row must be held, so that no other one takes its number. @returns the revision */
export async function recordEdit(trx: Trx, place: LayerPlace, edit: LayerEdit): Promise<number> {
  const number = (await revisionOf(trx, place)) + 1;
  const stored = canonicalJson({ format, edit: { ...edit, answers: edit.answers.slice(0, namedAnswers) } });
  const { upgrade_id, hop, layer_id } = place;
  await trx.insertInto('layer_edit').values({ upgrade_id, hop, layer_id, number, edit: stored }).execute();
  await trx
    .deleteFrom('layer_edit')
    .where('upgrade_id', '=', upgrade_id)
    .where('hop', '=', hop)
    .where('layer_id', '=', layer_id)
    .where('number', '<=', number - keptEdits)
    .execute();
  return number;
}

/** What was done to a layer after a revision, the newest last. @throws RECORD_FORMAT_OTHER, RECORD_DAMAGED */
export async function editsSince(db: Db, place: LayerPlace, revision: number): Promise<readonly LayerEdit[]> {
  const rows = await db
    .selectFrom('layer_edit')
    .select('edit')
    .where('upgrade_id', '=', place.upgrade_id)
    .where('hop', '=', place.hop)
    .where('layer_id', '=', place.layer_id)
    .where('number', '>', revision)
    .orderBy('number')
    .execute();
  return rows.map(({ edit }) => readEdit(edit));
}

/** A layer's revision, and what led to it. */
export interface LayerHistory {
  readonly revision: number;
  readonly edits: readonly LayerEdit[];
}

/** Of every layer that was edited, by {@link placeKey}. @throws RECORD_FORMAT_OTHER, RECORD_DAMAGED */
export async function historiesOf(db: Db, upgradeId: string): Promise<ReadonlyMap<string, LayerHistory>> {
  const rows = await db
    .selectFrom('layer_edit')
    .selectAll()
    .where('upgrade_id', '=', upgradeId)
    .orderBy('number')
    .execute();
  const byPlace = Map.groupBy(rows, placeKey);
  return new Map(
    [...byPlace].map(([key, own]) => {
      const edits = own.map(({ edit }) => readEdit(edit));
      return [key, { revision: own.at(-1)?.number ?? 0, edits }];
    }),
  );
}

/** A layer of an upgrade among its layers. */
export function placeKey({ hop, layer_id: layer }: Pick<LayerPlace, 'hop' | 'layer_id'>): string {
  return `${hop} ${layer}`;
}

function readEdit(stored: string): LayerEdit {
  return readRecord('an edit of a layer', { stored, format, schema }).edit;
}
