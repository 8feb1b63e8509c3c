import { createHash } from 'node:crypto';
import { signEvidence } from '@sealift/bundle/signed-evidence';
import { SealiftError } from '@sealift/core/errors';
import { isFinal } from '@sealift/core/upgrade';
import { systemActor } from '../../audit/actor.ts';
import { recordAudit } from '../../audit/audit-log.ts';
import { shownState } from '../../engine/stored-state.ts';
import type { EventBus } from '../../notify/event-bus.ts';
import type { SummarySources } from '../../platform/summary.ts';
import { findUpgrade, loadUpgrade } from '../queries.ts';
import { collectEvidence } from './collect.ts';
import type { EvidenceKeys } from './evidence-keys.ts';

/**
 * Writes and signs the evidence of each upgrade once, when it ends: what somebody changes in the store later is not in it. Where that could not be
 * done then, it is done when the console starts again, or when somebody asks; the evidence tells when.
 */
export class EvidenceKeeper {
  readonly #sources: SummarySources;
  readonly #keys: EvidenceKeys;
  readonly #events: EventBus;
  readonly #stop = new AbortController();
  readonly #running = new Map<string, Promise<string>>();
  #onFailure: (error: unknown) => void = () => undefined;
  #unsubscribe: () => void = () => undefined;

  constructor(sources: SummarySources, keys: EvidenceKeys, events: EventBus) {
    this.#sources = sources;
    this.#keys = keys;
    this.#events = events;
  }

  /** Writes what is missing, and from now on each when it is due. */
  async begin(onFailure: (error: unknown) => void): Promise<void> {
    this.#onFailure = onFailure;
    // Every end of an upgrade opens the console.
    this.#unsubscribe = this.#events.subscribe(({ kind, subject }) => {
      if (kind === 'lock') void this.#whenEnded(subject).catch(this.#onFailure);
    });
    const { db } = this.#sources.store;
    const missing = await db
      .selectFrom('upgrade_evidence')
      .select('upgrade_id')
      .where('signed', 'is', null)
      .where('before', 'is not', null)
      .execute();
    for (const { upgrade_id: id } of missing) void this.#whenEnded(id).catch(this.#onFailure);
  }

  /**
   * The signed file of an upgrade's evidence.
   *
   * @throws NOT_FOUND, EVIDENCE_NOT_YET, SECRET_KEY_INVALID, SECRET_KEY_OTHER
   */
  async file(id: string): Promise<string> {
    const row = await loadUpgrade(this.#sources.store.db, id);
    if (row.confirmed_at === null || !isFinal(shownState(row.state))) {
      throw new SealiftError('EVIDENCE_NOT_YET', { values: { id }, place: id });
    }
    const running = this.#running.get(id) ?? this.#write(id).finally(() => this.#running.delete(id));
    this.#running.set(id, running);
    return await running;
  }

  /** Begins no more, and waits for what is being written. */
  async close(): Promise<void> {
    this.#unsubscribe();
    this.#stop.abort();
    await Promise.allSettled(this.#running.values());
  }

  async #whenEnded(id: string): Promise<void> {
    const row = await findUpgrade(this.#sources.store.db, id);
    if (row === undefined || row.confirmed_at === null || !isFinal(shownState(row.state))) return;
    if (!this.#stop.signal.aborted) await this.file(id);
  }

  async #write(id: string): Promise<string> {
    const { db } = this.#sources.store;
    const kept = await db.selectFrom('upgrade_evidence').selectAll().where('upgrade_id', '=', id).executeTakeFirst();
    if (typeof kept?.signed === 'string') return kept.signed;
    const key = await this.#keys.signing();
    const ended = await loadUpgrade(db, id);
    const evidence = await collectEvidence(this.#sources, ended, this.#stop.signal);
    // What was looked at while the console ends says nothing of the platform.
    if (this.#stop.signal.aborted) throw new SealiftError('CANCELLED');
    const signed = signEvidence(evidence, key);
    return await db.transaction().execute(async (trx) => {
      // Whoever rolls it back meanwhile makes it one that has not ended.
      const { state } = await trx
        .selectFrom('upgrade')
        .select('state')
        .where('id', '=', id)
        .forShare()
        .executeTakeFirstOrThrow();
      if (state !== ended.state) throw new SealiftError('EVIDENCE_NOT_YET', { values: { id }, place: id });
      const stored = await trx
        .insertInto('upgrade_evidence')
        .values({ upgrade_id: id, before: null, signed })
        .onConflict((conflict) =>
          conflict.column('upgrade_id').doUpdateSet({ signed }).where('upgrade_evidence.signed', 'is', null),
        )
        .returning('signed')
        .executeTakeFirst();
      if (stored === undefined) {
        // Another console of this database was sooner.
        const other = await trx
          .selectFrom('upgrade_evidence')
          .select('signed')
          .where('upgrade_id', '=', id)
          .executeTakeFirst();
        return other?.signed ?? signed;
      }
      const sha256 = createHash('sha256').update(signed).digest('hex');
      const details = { sha256, keyId: key.publicKey.keyId };
      await recordAudit(trx, systemActor, { action: 'upgrade.evidence', subject: id, details });
      return signed;
    });
  }
}
