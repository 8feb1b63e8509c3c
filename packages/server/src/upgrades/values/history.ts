import type { LayerHistory } from '@sealift/core/api';
import { shownState } from '../../engine/stored-state.ts';
import { type Cursor, nextAfter } from '../../http/cursor.ts';
import type { Db } from '../../store/store.ts';

const pageLength = 20;

/** What a layer ran before, by the upgrades that were confirmed; the newest first. */
export async function layerHistory(db: Db, layerId: string, after: Cursor<Date> | undefined): Promise<LayerHistory> {
  let query = db
    .selectFrom('upgrade')
    .innerJoin('upgrade_layer', 'upgrade_layer.upgrade_id', 'upgrade.id')
    .select(['id', 'upgrade.from_version', 'upgrade.to_version', 'state', 'confirmed_at', 'confirmed_by'])
    .select(['upgrade_layer.from_version as pack_version', 'upgrade_layer.current'])
    .where('upgrade_layer.layer_id', '=', layerId)
    .where('hop', '=', 0)
    .where('upgrade_layer.from_version', 'is not', null)
    .where('confirmed_at', 'is not', null);
  if (after !== undefined) {
    const { place, id } = after;
    query = query.where((row) => row.eb(row.refTuple('confirmed_at', 'id'), '<', row.tuple(place, id)));
  }
  const rows = await query
    .orderBy('confirmed_at', 'desc')
    .orderBy('id', 'desc')
    .limit(pageLength + 1)
    .execute();
  const page = rows.slice(0, pageLength);
  const entries = page.flatMap((row) => {
    if (row.confirmed_at === null || row.pack_version === null) return [];
    return [
      {
        upgrade: row.id,
        from: row.from_version,
        to: row.to_version,
        state: shownState(row.state),
        until: row.confirmed_at.toISOString(),
        confirmedBy: row.confirmed_by,
        packVersion: row.pack_version,
        values: row.current,
      },
    ];
  });
  const next = nextAfter(rows, pageLength, ({ confirmed_at: at, id }) => ({ place: at ?? new Date(0), id }));
  return { entries, next };
}
