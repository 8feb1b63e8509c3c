import { SealiftError } from '@sealift/core/errors';
import { type FrozenUpgrade, layersBefore, lifecycle, type MergedLayer, readFrozen } from '@sealift/core/upgrade';
import { hashOfFrozen } from '@sealift/upgrade/frozen';
import type { ConsolePort } from '@sealift/upgrade/ports/console';
import { systemActor } from '../audit/actor.ts';
import { recordAudit } from '../audit/audit-log.ts';
import type { EventBus } from '../notify/event-bus.ts';
import { lockedBy } from '../store/change.ts';
import { inStore } from '../store/store-failure.ts';
import type { Db, Trx } from '../store/store.ts';
import { storedState } from './stored-state.ts';

/** The console's own state as the engine's first and last steps change it. */
export function consoleState(db: Db, events: EventBus): ConsolePort {
  return {
    lockedBy: () => inStore(() => lockedBy(db)),

    async lock(upgradeId) {
      await inStore(() => db.transaction().execute((trx) => lockFor(trx, upgradeId)));
      events.publish({ kind: 'lock', subject: upgradeId });
    },

    async unlock(upgradeId) {
      await inStore(() =>
        db.updateTable('console_lock').set({ upgrade_id: null }).where('upgrade_id', '=', upgradeId).execute(),
      );
      events.publish({ kind: 'lock', subject: upgradeId });
    },

    async recordInstalled(upgradeId, hop) {
      await inStore(() => db.transaction().execute((trx) => recordInstalled(trx, upgradeId, hop)));
      events.publish({ kind: 'upgrade', subject: upgradeId });
    },

    async recordFormer(upgradeId, hop) {
      await inStore(() => db.transaction().execute((trx) => recordFormer(trx, upgradeId, hop)));
      events.publish({ kind: 'upgrade', subject: upgradeId });
    },

    async finalised(upgradeId) {
      const row = await inStore(() =>
        db.selectFrom('upgrade').select('finalised_by').where('id', '=', upgradeId).executeTakeFirst(),
      );
      return row === undefined || row.finalised_by === null ? null : { by: row.finalised_by };
    },

    async isRecorded(upgradeId, hop, what) {
      return await inStore(() => isRecorded(db, upgradeId, hop, what));
    },

    async installedVersion() {
      const row = await inStore(() => db.selectFrom('profile').select('version').executeTakeFirst());
      return row?.version ?? null;
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
  const { plan, hops } = await approved(trx, upgradeId);
  const hop = plan.hops[index];
  const result = hops[index];
  if (hop === undefined || result === undefined) throw noHop(upgradeId, index);
  const defaults = await textsOf(trx, upgradeId, index, 'incoming');
  await record(trx, { upgradeId, version: hop.to, release: hop.release, layers: result.layers, defaults });
}

/** What was installed before a hop is so again, with the defaults that its values were written against. Doing it twice changes nothing. */
async function recordFormer(trx: Trx, upgradeId: string, index: number): Promise<void> {
  const frozen = await approved(trx, upgradeId);
  const hop = frozen.plan.hops[index];
  if (hop === undefined) throw noHop(upgradeId, index);
  const former = layersBefore(frozen, index);
  if (former === undefined) {
    throw new SealiftError('PLAN_INCOMPLETE', { values: { step: 'validate', what: 'what was installed before' } });
  }
  const defaults = await textsOf(trx, upgradeId, index, 'base');
  await record(trx, { upgradeId, version: hop.from, ...former, defaults });
}

async function isRecorded(db: Db, upgradeId: string, index: number, what: 'result' | 'former'): Promise<boolean> {
  const frozen = await approved(db, upgradeId);
  const hop = frozen.plan.hops[index];
  const wanted =
    what === 'former'
      ? layersBefore(frozen, index)
      : { release: hop?.release, layers: frozen.hops[index]?.layers ?? [] };
  const profile = await db.selectFrom('profile').select('release_digest').executeTakeFirst();
  if (wanted === undefined || profile?.release_digest !== wanted.release) return false;
  return await runsAlready(db, wanted.layers);
}

/** Whether exactly these layers are recorded: an upgrade may change values alone. */
async function runsAlready(db: Db, layers: readonly MergedLayer[]): Promise<boolean> {
  const rows = await db.selectFrom('profile_layer').selectAll().orderBy('position').execute();
  if (rows.length !== layers.length) return false;
  return layers.every(({ layer, pack, digest, values }, position) => {
    const row = rows[position];
    return row?.layer === layer && row.pack === pack && row.digest === digest && row.current_values === values;
  });
}

/** What is recorded as installed, and on whose behalf. */
interface Recorded {
  readonly upgradeId: string;
  readonly version: string;
  /** Digest of the release's marker. */
  readonly release: string;
  readonly layers: readonly MergedLayer[];
  /** The texts that the layers' values are written against. */
  readonly defaults: readonly { readonly layer: string; readonly pack: string; readonly text: string }[];
}

async function record(trx: Trx, { upgradeId, version, release, layers, defaults }: Recorded): Promise<void> {
  const profile = await trx.selectFrom('profile').selectAll().forUpdate().executeTakeFirst();
  if (profile === undefined) {
    throw new SealiftError('UPGRADE_STALE', { values: { upgrade: upgradeId, reason: 'no release is recorded' } });
  }
  const same = profile.version === version && profile.release_digest === release;
  if (same && (await runsAlready(trx, layers))) return;
  await trx.deleteFrom('profile_layer').execute();
  for (const [position, { layer, pack, version: of, digest, values }] of layers.entries()) {
    const known = defaults.find((one) => one.layer === layer && one.pack === pack);
    await trx
      .insertInto('profile_layer')
      .values({
        position,
        layer,
        pack,
        version: of,
        digest,
        base_values: known?.text ?? values,
        current_values: values,
      })
      .execute();
  }
  await trx
    .updateTable('profile')
    .set({ version, release_digest: release, revision: profile.revision + 1, recorded_by: `upgrade ${upgradeId}` })
    .execute();
  await recordAudit(trx, systemActor, {
    action: 'platform.installed',
    subject: `${profile.product} ${version}`,
    details: { upgrade: upgradeId, before: profile.version, after: version },
  });
}

async function textsOf(
  trx: Trx,
  upgradeId: string,
  hop: number,
  which: 'incoming' | 'base',
): Promise<Recorded['defaults']> {
  return await trx
    .selectFrom('upgrade_layer')
    .select(['layer', 'pack', `${which} as text`])
    .where('upgrade_id', '=', upgradeId)
    .where('hop', '=', hop)
    .execute();
}

function noHop(upgrade: string, index: number): SealiftError {
  return new SealiftError('UPGRADE_STALE', { values: { upgrade, reason: `its plan has no hop ${index}` } });
}

/** What was approved, checked against its hash: a changed row is not executed. */
async function approved(trx: Db, upgradeId: string): Promise<FrozenUpgrade> {
  const row = await trx.selectFrom('upgrade').select(['frozen', 'hash']).where('id', '=', upgradeId).executeTakeFirst();
  if (row === undefined || row.frozen === null)
    throw new SealiftError('UPGRADE_NOT_FOUND', { values: { id: upgradeId } });
  const frozen = readFrozen(row.frozen);
  if (hashOfFrozen(frozen) !== row.hash) throw new SealiftError('UPGRADE_HASH_MISMATCH', { values: { id: upgradeId } });
  return frozen;
}
