import { statesWhere } from '@sealift/core/upgrade';
import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** An upgrade that was confirmed and has not ended. */
export interface UpgradeUnderWay {
  readonly id: string;
  /** The form in which it is stored. */
  readonly format: number;
}

/** What whoever goes on with the store has to be able to read. */
export async function upgradesUnderWay(db: Kysely<Tables>): Promise<UpgradeUnderWay[]> {
  const ended = statesWhere((facts) => facts.ended);
  const rows = await db
    .selectFrom('upgrade')
    .select(['id', 'format'])
    .where('state', 'not in', ['draft', ...ended])
    .execute();
  return rows.map(({ id, format }) => ({ id, format: format ?? 1 }));
}
