import type { DraftDeed } from '@sealift/core/evidence';
import { z } from 'zod';
import type { Db } from '../../store/store.ts';
import type { UpgradeRow } from '../../store/tables/upgrades.ts';

/** A draft that is edited more often has more editors than can be told apart. */
const mostDeeds = 10_000;

const actions = ['upgrade.resolve', 'upgrade.paste', 'upgrade.unpaste'] as const;
const detailsSchema = z.object({
  id: z.string(),
  layerId: z.string(),
  chosen: z.array(z.object({ path: z.string(), take: z.string() })).default([]),
});

/** What persons did to an upgrade while it was a draft, out of the audit log, oldest first. */
export async function deedsOf(db: Db, { id, created_at, confirmed_at }: UpgradeRow): Promise<DraftDeed[]> {
  const rows = await db
    .selectFrom('audit_entry')
    .select(['at', 'actor', 'action', 'details'])
    .where('action', 'in', actions)
    .where('at', '>=', created_at)
    .where('at', '<=', confirmed_at ?? new Date())
    .orderBy('sequence')
    .limit(mostDeeds)
    .execute();
  return rows.flatMap(({ at, actor: by, action, details }) => {
    const told = detailsSchema.safeParse(JSON.parse(details)).data;
    if (told?.id !== id) return [];
    const { layerId, chosen } = told;
    const deed =
      action === 'upgrade.resolve'
        ? ({ kind: 'resolve', chosen } as const)
        : ({ kind: action === 'upgrade.paste' ? 'paste' : 'unpaste' } as const);
    return [{ at: at.toISOString(), by, layerId, deed }];
  });
}
