import { type PackRoom, roomNeeded } from '@sealift/core/packs';
import type { LayerMove } from '@sealift/site/layer-move';
import type { Db } from '../../store/store.ts';
import { packsOf } from './pack-constraints.ts';

/**
 * What the packs that an upgrade applies ask for beyond what runs of them. Of a pack that is not in the catalogue nothing is known, which the check of
 * constraints says; one whose merge is open is not counted, which the check of conflicts says.
 */
export async function packRoom(db: Db, moves: readonly LayerMove[]): Promise<readonly PackRoom[]> {
  const applied = moves.filter(({ next }) => next !== undefined);
  const digests = applied.flatMap(({ now, next }) => [now?.digest ?? [], next?.digest ?? []].flat());
  const packs = await packsOf(db, digests);
  return applied.flatMap(({ now, next }) => {
    const pack = packs.get(next?.digest ?? '');
    if (next === undefined || pack === undefined) return [];
    const before = packs.get(now?.digest ?? '');
    // It runs, and nobody knows what it asked for: taken to be the same.
    if (now !== undefined && before === undefined) return [];
    return roomNeeded(
      { pack, values: next.values },
      now === undefined || before === undefined ? undefined : { pack: before, values: now.values },
    );
  });
}
