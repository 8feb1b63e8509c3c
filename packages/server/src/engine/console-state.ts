import { SealiftError } from '@sealift/core/errors';
import { type FrozenUpgrade, lifecycle, readFrozen } from '@sealift/core/upgrade';
import { hashOfFrozen } from '@sealift/upgrade/frozen';
import type { ConsolePort } from '@sealift/upgrade/ports/console';
import { systemActor } from '../audit/actor.ts';
import { recordAudit } from '../audit/audit-log.ts';
import type { EventBus } from '../notify/event-bus.ts';
import { lockedBy } from '../store/change.ts';
import type { Db, Trx } from '../store/store.ts';
import { storedState } from './stored-state.ts';

/** The console's own state as the engine's first and last steps change it. */
export function consoleState(db: Db, events: EventBus): ConsolePort {
  return {
    lockedBy: () => lockedBy(db),

    async lock(upgradeId) {
      await db.transaction().execute((trx) => lockFor(trx, upgradeId));
      events.publish({ kind: 'lock', subject: upgradeId });
    },

    async unlock(upgradeId) {
      await db.updateTable('console_lock').set({ upgrade_id: null }).where('upgrade_id', '=', upgradeId).execute();
      events.publish({ kind: 'lock', subject: upgradeId });
    },

    async recordInstalled(upgradeId, hop) {
      await db.transaction().execute((trx) => recordInstalled(trx, upgradeId, hop));
      events.publish({ kind: 'upgrade', subject: upgradeId });
    },

    async installedVersion() {
      return (await db.selectFrom('profile').select('version').executeTakeFirst())?.version ?? null;
    },
  };
}

/** A word that comes late, of a process that was suspended, must not lock the console for an upgrade that has ended meanwhile. */
async function lockFor(trx: Trx, upgradeId: string): Promise<void> {
  const row = await trx.selectFrom('upgrade').select('state').where('id', '=', upgradeId).forShare().executeTakeFirst();
  const facts = row === undefined ? undefined : lifecycle[storedState(row.state)];
  if (facts?.locksConsole === false) {
    throw new SealiftError('UPGRADE_STATE_ILLEGAL', { values: { state: facts.label, event: 'lock' } });
  }
  const locked = await trx
    .updateTable('console_lock')
    .set({ upgrade_id: upgradeId })
    .where((where) => where.or([where('upgrade_id', 'is', null), where('upgrade_id', '=', upgradeId)]))
    .returning('id')
    .executeTakeFirst();
  if (locked === undefined) throw new SealiftError('CONSOLE_LOCKED', { values: { upgrade: await lockHolder(trx) } });
}

async function lockHolder(db: Db): Promise<string> {
  return (await lockedBy(db)) ?? 'another';
}

/** The frozen texts become what the site runs, the new release's defaults the base of the next merge. Doing it twice changes nothing. */
async function recordInstalled(trx: Trx, upgradeId: string, index: number): Promise<void> {
  const profile = await trx.selectFrom('profile').selectAll().forUpdate().executeTakeFirst();
  const { plan, hops } = await approved(trx, upgradeId);
  const hop = plan.hops[index];
  const result = hops[index];
  if (profile === undefined || hop === undefined || result === undefined) {
    const reason = profile === undefined ? 'no release is recorded' : `its plan has no hop ${index}`;
    throw new SealiftError('UPGRADE_STALE', { values: { upgrade: upgradeId, reason } });
  }
  const version = hop.to;
  if (profile.version === version && profile.release_digest === hop.release) return;
  const defaults = await trx
    .selectFrom('upgrade_layer')
    .select(['layer', 'pack', 'incoming'])
    .where('upgrade_id', '=', upgradeId)
    .where('hop', '=', index)
    .execute();
  await trx.deleteFrom('profile_layer').execute();
  for (const [position, layer] of result.layers.entries()) {
    const known = defaults.find((one) => one.layer === layer.layer && one.pack === layer.pack);
    await trx
      .insertInto('profile_layer')
      .values({
        position,
        layer: layer.layer,
        pack: layer.pack,
        version: layer.version,
        digest: layer.digest,
        base_values: known?.incoming ?? layer.values,
        current_values: layer.values,
      })
      .execute();
  }
  await trx
    .updateTable('profile')
    .set({ version, release_digest: hop.release, revision: profile.revision + 1, recorded_by: `upgrade ${upgradeId}` })
    .execute();
  await recordAudit(trx, systemActor, {
    action: 'platform.installed',
    subject: `${profile.product} ${version}`,
    details: { upgrade: upgradeId, before: profile.version, after: version },
  });
}

/** What was approved, checked against its hash: a changed row is not executed. */
async function approved(trx: Trx, upgradeId: string): Promise<FrozenUpgrade> {
  const row = await trx.selectFrom('upgrade').select(['frozen', 'hash']).where('id', '=', upgradeId).executeTakeFirst();
  if (row === undefined || row.frozen === null)
    throw new SealiftError('UPGRADE_NOT_FOUND', { values: { id: upgradeId } });
  const frozen = readFrozen(row.frozen);
  if (hashOfFrozen(frozen) !== row.hash) throw new SealiftError('UPGRADE_HASH_MISMATCH', { values: { id: upgradeId } });
  return frozen;
}
