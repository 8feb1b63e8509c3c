import { SealiftError } from '@sealift/core/errors';
import { type Cursor, nextAfter } from '../http/cursor.ts';
import type { Db } from '../store/store.ts';
import type { UpgradeLayerRow, UpgradeRow } from '../store/tables/upgrades.ts';

const historyLength = 50;

export function findUpgrade(db: Db, id: string): Promise<UpgradeRow | undefined> {
  return db.selectFrom('upgrade').selectAll().where('id', '=', id).executeTakeFirst();
}

/** @throws NOT_FOUND */
export async function loadUpgrade(db: Db, id: string): Promise<UpgradeRow> {
  const row = await findUpgrade(db, id);
  if (row === undefined) throw new SealiftError('NOT_FOUND', { values: { what: 'upgrade', name: id } });
  return row;
}

/** A page of the history: the newest first, and no more than a person reads. Their own rows; no journal, no layer. */
export async function newestUpgrades(
  db: Db,
  after?: Cursor<Date>,
): Promise<{ readonly rows: readonly UpgradeRow[]; readonly next: string | null }> {
  let query = db.selectFrom('upgrade').selectAll();
  if (after !== undefined) {
    query = query.where((row) => row.eb(row.refTuple('created_at', 'id'), '<', row.tuple(after.place, after.id)));
  }
  const rows = await query
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(historyLength + 1)
    .execute();
  const next = nextAfter(rows, historyLength, ({ created_at: place, id }) => ({ place, id }));
  return { rows: rows.slice(0, historyLength), next };
}

/** The layers of every hop, in the order of the hops. */
export function loadLayers(db: Db, upgradeId: string): Promise<UpgradeLayerRow[]> {
  return db
    .selectFrom('upgrade_layer')
    .selectAll()
    .where('upgrade_id', '=', upgradeId)
    .orderBy('hop')
    .orderBy('position')
    .execute();
}

/** Which layer of which hop an address of the API means (`layerAddress`); names of layers begin with a letter. */
export function addressedLayer(address: string): { readonly hop: number; readonly layer: string } {
  const match = /^([1-9][0-9]{0,3})-(.+)$/.exec(address);
  return { hop: Number(match?.[1] ?? 0), layer: match?.[2] ?? address };
}

/** @throws NOT_FOUND */
export async function loadLayer(db: Db, upgradeId: string, address: string): Promise<UpgradeLayerRow> {
  const { hop, layer } = addressedLayer(address);
  const row = await db
    .selectFrom('upgrade_layer')
    .selectAll()
    .where('upgrade_id', '=', upgradeId)
    .where('hop', '=', hop)
    .where('layer_id', '=', layer)
    .executeTakeFirst();
  if (row === undefined) throw new SealiftError('NOT_FOUND', { values: { what: 'layer', name: address } });
  return row;
}

/** A draft to this release from this state of the profile, which is taken up again instead of being made anew. */
export async function findSameDraft(
  db: Db,
  wanted: {
    readonly to: string;
    readonly release: string;
    readonly profileRevision: number;
    readonly reversible: boolean;
  },
): Promise<string | undefined> {
  const row = await db
    .selectFrom('upgrade')
    .select('id')
    .where('state', '=', 'draft')
    .where('to_version', '=', wanted.to)
    .where('release_digest', '=', wanted.release)
    .where('profile_revision', '=', wanted.profileRevision)
    .where('reversible', '=', wanted.reversible)
    .executeTakeFirst();
  return row?.id;
}
