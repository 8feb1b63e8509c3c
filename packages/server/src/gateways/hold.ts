import { SealiftError } from '@sealift/core/errors';
import { type Paused, pausedText } from '@sealift/core/gateway';
import type { Actor } from '../audit/actor.ts';
import { recordAudit } from '../audit/audit-log.ts';
import { changeWhile } from '../store/change.ts';
import type { Db, Trx } from '../store/store.ts';
import { tellGateways } from './tell.ts';

/**
 * Holds gateways at their version. One that is on its way goes on: a swap that has begun ends with a proof. Doing it again changes nothing.
 *
 * @throws NOT_FOUND where no gateway has that name, or stands at that site
 */
export async function pauseGateways(db: Db, actor: Actor, paused: Paused, reason: string): Promise<void> {
  await changeWhile(db, true, async (trx) => {
    await demandKnown(trx, paused);
    const made = await trx
      .insertInto('gateway_pause')
      .values({ ...keyOf(paused), made_by: actor.name, made_at: new Date(), reason })
      .onConflict((conflict) => conflict.columns(['level', 'name']).doNothing())
      .returning('level')
      .executeTakeFirst();
    if (made === undefined) return;
    await recordAudit(trx, actor, { action: 'gateway.pause', subject: pausedText(paused), details: { reason } });
  });
}

/** Lets them go on, as far as no other level holds them. @throws NOT_FOUND where this level is not paused */
export async function resumeGateways(db: Db, actor: Actor, paused: Paused): Promise<void> {
  await changeWhile(db, true, async (trx) => {
    const { level, name } = keyOf(paused);
    const gone = await trx
      .deleteFrom('gateway_pause')
      .where('level', '=', level)
      .where('name', '=', name)
      .returning('level')
      .executeTakeFirst();
    if (gone === undefined)
      throw new SealiftError('NOT_FOUND', { values: { what: 'pause of', name: pausedText(paused) } });
    await tellGateways(trx);
    await recordAudit(trx, actor, { action: 'gateway.resume', subject: pausedText(paused) });
  });
}

/** Has what gateways failed to run tried again, the first ring first. */
export async function retryGateways(db: Db, actor: Actor): Promise<void> {
  await changeWhile(db, true, async (trx) => {
    const { attempt } = await trx
      .updateTable('gateway_rollout')
      .set(({ eb }) => ({ attempt: eb('attempt', '+', 1) }))
      .returning('attempt')
      .executeTakeFirstOrThrow();
    await tellGateways(trx);
    await recordAudit(trx, actor, { action: 'gateway.retry', subject: 'all gateways', details: { attempt } });
  });
}

/** Forgets a gateway, paused or not: nothing that it signs is taken any more. @throws NOT_FOUND */
export async function removeGateway(db: Db, actor: Actor, name: string): Promise<void> {
  await changeWhile(db, true, async (trx) => {
    const gone = await trx.deleteFrom('gateway').where('name', '=', name).returning('id').executeTakeFirst();
    if (gone === undefined) throw new SealiftError('NOT_FOUND', { values: { what: 'gateway', name } });
    await trx.deleteFrom('gateway_pause').where('level', '=', 'gateway').where('name', '=', name).execute();
    // One that failed, or was on its way, may have been what the others waited for.
    await tellGateways(trx);
    await recordAudit(trx, actor, { action: 'gateway.remove', subject: name, details: { id: gone.id } });
  });
}

async function demandKnown(trx: Trx, paused: Paused): Promise<void> {
  if (paused.level === 'global') return;
  const column = paused.level === 'site' ? 'site' : 'name';
  const found = await trx.selectFrom('gateway').select('id').where(column, '=', paused.name).executeTakeFirst();
  const what = paused.level === 'site' ? 'site with a gateway' : 'gateway';
  if (found === undefined) throw new SealiftError('NOT_FOUND', { values: { what, name: paused.name } });
}

function keyOf(paused: Paused): { readonly level: Paused['level']; readonly name: string } {
  return { level: paused.level, name: paused.level === 'global' ? '' : paused.name };
}
