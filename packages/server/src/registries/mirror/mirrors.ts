import { randomUUID } from 'node:crypto';
import type { MirrorRequest, MirrorState } from '@sealift/core/api';
import { asSealiftError, isSealiftError, SealiftError } from '@sealift/core/errors';
import { openUploadJournal } from '@sealift/oci/upload-journal';
import { type Actor, systemActor } from '../../audit/actor.ts';
import { recordAudit } from '../../audit/audit-log.ts';
import type { RegistrySyncs } from '../../catalogue/registry-syncs.ts';
import { packRegistryName } from '../../catalogue/sync-state.ts';
import type { EventBus } from '../../notify/event-bus.ts';
import { change, changeWhile } from '../../store/change.ts';
import type { Store, Trx } from '../../store/store.ts';
import { MirrorProgress } from './mirror-progress.ts';
import { type MirrorRegistries, refuseUnfit } from './mirror-places.ts';
import { runMirror } from './run-mirror.ts';
import {
  beatMs,
  cutMessage,
  endAbandoned,
  holdMirror,
  loadMirror,
  noMirror,
  storeBegun,
  storeCancel,
  storeProgress,
} from './stored-mirror.ts';

/** What mirrors take of the console. */
export interface MirrorsParts {
  readonly store: Pick<Store, 'db' | 'shared'>;
  readonly registries: MirrorRegistries;
  readonly syncs: Pick<RegistrySyncs, 'start'>;
  readonly events: EventBus;
  /** Where sessions of uploads are remembered, so that a mirror that was killed is gone on with. */
  readonly journalFolder: string;
}

/** How often what changed is stored, in milliseconds. */
const tellMs = 500;

/**
 * Mirrors one registry to another, one at a time. How far it is lies in the store, so that every console of the database can tell, and end it.
 */
export class Mirrors {
  readonly #parts: MirrorsParts;
  readonly #stop = new AbortController();
  #console = '';
  #onFailure: (error: unknown) => void = () => undefined;
  #cancel: AbortController | undefined;
  /** The last of one may be written while the next one runs. */
  readonly #underWay = new Set<Promise<void>>();

  constructor(parts: MirrorsParts) {
    this.#parts = parts;
  }

  /**
   * Takes note that what an earlier process of this console did is not done any more.
   *
   * @param console what tells this console from others of its database
   * @param onFailure told of what could not be stored
   */
  async open(console: string, onFailure: (error: unknown) => void): Promise<void> {
    this.#console = console;
    this.#onFailure = onFailure;
    const { db, shared } = this.#parts.store;
    await db.transaction().execute(async (trx) => {
      const ended = await endAbandoned(trx, (run) => !shared || run.startsWith(`${console}/`));
      if (ended !== undefined) await recordEnd(trx, ended);
    });
  }

  /** The mirror under way, or the last one. */
  async state(): Promise<MirrorState> {
    return await loadMirror(this.#parts.store.db);
  }

  /**
   * Begins a mirror; returns once it is stored that it has begun.
   *
   * @throws NOT_FOUND, REGISTRY_MIRROR_REFUSED, REGISTRY_MIRROR_RUNNING, CONSOLE_LOCKED
   */
  async begin(actor: Actor, request: MirrorRequest): Promise<MirrorState> {
    const { store } = this.#parts;
    const { from, to, versions, repositories, dryRun } = request;
    await refuseUnfit(store.db, from, to);
    const run = `${this.#console}/${randomUUID()}`;
    const startedAt = new Date().toISOString();
    const message = 'Beginning';
    const first: MirrorState = {
      ...noMirror,
      state: 'running',
      from,
      to,
      dryRun,
      startedBy: actor.name,
      startedAt,
      message,
    };
    await change(store.db, async (trx) => {
      const last = await holdMirror(trx);
      if (last.state === 'running') {
        throw new SealiftError('REGISTRY_MIRROR_RUNNING', { values: { from: last.from, to: last.to } });
      }
      await storeBegun(trx, run, first);
      const details = { to, versions, repositories, dryRun };
      await recordAudit(trx, actor, { action: 'pack-registry.mirror', subject: from, details });
    });
    const cancel = new AbortController();
    this.#cancel = cancel;
    const ended = this.#run(request, run, first, cancel).finally(() => this.#underWay.delete(ended));
    this.#underWay.add(ended);
    return first;
  }

  /** Asks the mirror under way to end, whichever console does it; what is there by then stays. One that has ended is left as it is. */
  async cancel(actor: Actor): Promise<MirrorState> {
    await changeWhile(this.#parts.store.db, true, async (trx) => {
      const { state, from, to } = await holdMirror(trx);
      if (state !== 'running') return;
      await storeCancel(trx, actor.name);
      await recordAudit(trx, actor, { action: 'pack-registry.mirror-cancel', subject: from, details: { to } });
    });
    this.#cancel?.abort();
    return await this.state();
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#underWay);
  }

  async #run(request: MirrorRequest, run: string, first: MirrorState, cancel: AbortController): Promise<void> {
    const { store, registries, journalFolder } = this.#parts;
    const { db } = store;
    const progress = new MirrorProgress(first);
    let writing = Promise.resolve();
    let toldAt = Date.now();
    const keep = (): void => {
      writing = writing
        .then(async () => {
          if (!(await storeProgress(db, run, progress.state))) cancel.abort();
          this.#tell(request.to);
        })
        .catch(this.#onFailure);
    };
    const timer = setInterval(() => {
      if (!progress.takeNews() && Date.now() - toldAt < beatMs) return;
      toldAt = Date.now();
      keep();
    }, tellMs);
    try {
      const journal = await openUploadJournal(journalFolder);
      const ends = AbortSignal.any([cancel.signal, this.#stop.signal]);
      await runMirror({ db, registries, journal }, request, progress, ends);
      progress.set({ state: 'succeeded', message: successOf(progress.state) });
    } catch (error) {
      progress.set(this.#endOf(error, cancel.signal));
    } finally {
      clearInterval(timer);
    }
    progress.set({ finishedAt: new Date().toISOString() });
    keep();
    await writing;
    await db
      .transaction()
      .execute((trx) => recordEnd(trx, progress.state))
      .catch(this.#onFailure);
    await this.#syncTarget(progress.state).catch(this.#onFailure);
  }

  #endOf(error: unknown, cancel: AbortSignal): Pick<MirrorState, 'state' | 'message'> {
    if (this.#stop.signal.aborted) return { state: 'failed', message: cutMessage };
    if (cancel.aborted) return { state: 'cancelled', message: 'Cancelled; what is there by now stays' };
    const { message, hint, place } = asSealiftError(error);
    return { state: 'failed', message: `${message}${place === undefined ? '' : ` (${place})`}. ${hint}` };
  }

  /** The console's own registry is read after each push by itself. */
  async #syncTarget({ to, dryRun, parts }: MirrorState): Promise<void> {
    const hasNews = parts.some(({ state }) => state === 'mirrored');
    if (dryRun || !hasNews || to === packRegistryName || this.#stop.signal.aborted) return;
    try {
      await this.#parts.syncs.start(systemActor, to);
    } catch (error) {
      // An upgrade has begun, or the registry was removed: whoever needs it syncs it.
      if (!isSealiftError(error, 'CONSOLE_LOCKED') && !isSealiftError(error, 'NOT_FOUND')) throw error;
    }
  }

  #tell(subject: string): void {
    this.#parts.events.publish({ kind: 'sync', subject });
  }
}

async function recordEnd(trx: Trx, { from, to, state, message, dryRun, sentBytes }: MirrorState): Promise<void> {
  const details = { to, state, message, dryRun, sentBytes };
  await recordAudit(trx, systemActor, { action: 'pack-registry.mirrored', subject: from, details });
}

function successOf({ parts, dryRun, blobs, sentBytes, lackingBytes }: MirrorState): string {
  const all = `${parts.length} ${parts.length === 1 ? 'part' : 'parts'}`;
  if (dryRun) return `${all} looked at; ${blobs.lacking} blobs with ${lackingBytes} bytes would be sent`;
  const present = parts.filter(({ state }) => state === 'present').length;
  if (present === parts.length) return `${all} there already, nothing was sent`;
  const mounted = blobs.mounted === 0 ? '' : `, ${blobs.mounted} taken over there`;
  return `${all} mirrored, ${present} of them there before; ${blobs.sent} blobs sent${mounted}, ${sentBytes} bytes`;
}
