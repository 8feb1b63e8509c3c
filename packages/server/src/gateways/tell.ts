import type { Trx } from '../store/store.ts';

/** The subject of the event that has every waiting gateway report now. */
export const toldSubject = '*';

/** Has every gateway report before its time; publish the event when it is committed. */
export async function tellGateways(trx: Trx): Promise<void> {
  await trx
    .updateTable('gateway_rollout')
    .set(({ eb }) => ({ revision: eb('revision', '+', 1) }))
    .execute();
}
