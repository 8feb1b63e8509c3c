import { Engine, type RunOutcome } from '@sealift/upgrade/engine';
import type { Ports } from '@sealift/upgrade/ports/ports';
import type { EventBus } from '../notify/event-bus.ts';
import { storeFailure } from '../store/store-failure.ts';
import type { Store } from '../store/store.ts';
import { journalStore } from './journal-store.ts';
import type { CurrentHolder } from './current-holder.ts';
import { endAbandonedLease, leaseStore } from './lease-store.ts';
import { loggedJournal, type UpgradeLog } from './logged-journal.ts';

/** The engine of this process: runs what is confirmed here, and takes up what another process left. */
export class EngineRunner {
  readonly #engine: Engine;
  readonly #store: Store;
  readonly #stop = new AbortController();
  readonly #onFailure: (error: unknown) => void;
  #watching: Promise<void> | undefined;

  constructor(
    store: Store,
    { ports, holder }: { readonly ports: Ports; readonly holder: CurrentHolder },
    events: EventBus,
    onFailure: (error: unknown) => void,
    log: UpgradeLog = () => undefined,
  ) {
    this.#store = store;
    this.#onFailure = onFailure;
    const journal = loggedJournal(journalStore(store.db, events), log);
    this.#engine = new Engine({ journal, lease: holder.watch(leaseStore(store)), ports, holder: holder.id });
  }

  /** Goes on with what an earlier process left, and keeps looking. */
  async watch(): Promise<void> {
    await endAbandonedLease(this.#store);
    this.#watching = this.#engine.watch(this.#stop.signal, this.#onFailure, (outcome) => this.#note(outcome));
  }

  /** Runs an upgrade now; failing at that is no loss, the watch finds it. */
  start(upgradeId: string): void {
    this.#engine.run(upgradeId).then((outcome) => this.#note(outcome), this.#onFailure);
  }

  /** A run that stopped on a failure is tried again; without a line in the log nobody would know why it does not move. */
  #note(outcome: RunOutcome): void {
    if (outcome.result === 'stopped' && outcome.cause !== undefined) {
      this.#onFailure(storeFailure(outcome.cause) ?? outcome.cause);
    }
  }

  /** Stops at the next safe point. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#engine.close();
    await this.#watching;
  }
}
