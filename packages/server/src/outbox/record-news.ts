import { randomUUID } from 'node:crypto';
import type { News } from '@sealift/core/notification';
import type { Trx } from '../store/store.ts';

/**
 * Has something told, within the transaction of what it tells of: both are stored or neither. Who is told is looked up afterwards, by whoever
 * delivers, so that nothing here can hinder what happens.
 */
export async function recordNews(trx: Trx, news: News): Promise<void> {
  const id = randomUUID();
  const at = new Date();
  const document = JSON.stringify({ id, at: at.toISOString(), ...news });
  await trx.insertInto('notification').values({ id, at, document }).execute();
}
