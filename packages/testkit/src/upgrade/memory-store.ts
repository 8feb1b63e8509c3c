import { SealiftError } from '@sealift/core/errors';
import {
  type FrozenUpgrade,
  type JournalEntry,
  type JournalLine,
  lifecycle,
  next,
  type UpgradeEvent,
  type UpgradeState,
} from '@sealift/core/upgrade';
import { hashOfFrozen } from '@sealift/upgrade/frozen';
import type { JournalPort, NewEntry } from '@sealift/upgrade/ports/journal';
import type { LeasePort } from '@sealift/upgrade/ports/lease';

/** Journal and lease of tests, in memory; it outlives the engines that use it, as a database outlives processes. */
export class MemoryStore {
  readonly entries: JournalEntry[] = [];
  readonly #upgrades = new Map<string, { upgrade: FrozenUpgrade; hash: string; state: UpgradeState }>();
  readonly #now: () => number;
  #lease = { holder: '', epoch: 0, expiresAt: 0 };

  /** @param now the store's own clock, in ms. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** The newest epoch handed out: the only one whose holder may act. */
  get epoch(): number {
    return this.#lease.epoch;
  }

  add(upgradeId: string, upgrade: FrozenUpgrade, state: UpgradeState = 'running', hash = hashOfFrozen(upgrade)): void {
    this.#upgrades.set(upgradeId, { upgrade, hash, state });
  }

  state(upgradeId: string): UpgradeState | null {
    return this.#upgrades.get(upgradeId)?.state ?? null;
  }

  /** What a person does through the console. */
  byHand(upgradeId: string, event: UpgradeEvent): UpgradeState {
    const held = this.#upgrades.get(upgradeId);
    if (held === undefined) throw new Error(`no upgrade ${upgradeId}`);
    held.state = next(held.state, event);
    return held.state;
  }

  /** Ends the lease as if its time had passed. */
  expireLease(): void {
    this.#lease.expiresAt = Number.NEGATIVE_INFINITY;
  }

  readonly journal: JournalPort = {
    read: async (upgradeId) => this.entries.filter((entry) => entry.upgradeId === upgradeId),
    append: async (entry) => {
      this.#refuseOld(entry.epoch);
      this.#write(entry);
    },
    apply: async (upgradeId, event, epoch, details) => {
      this.#refuseOld(epoch);
      const state = this.byHand(upgradeId, event);
      const line: JournalLine = { phase: 'state', data: { ...details, state } };
      this.#write({ upgradeId, stepId: '', epoch, ...line });
      return state;
    },
    frozen: async (upgradeId) => structuredClone(this.#upgrades.get(upgradeId) ?? null),
    state: async (upgradeId) => this.state(upgradeId),
    unfinished: async () =>
      [...this.#upgrades].filter(([, { state }]) => lifecycle[state].needsEngine).map(([id]) => id),
  };

  readonly lease: LeasePort = {
    acquire: async (holder, ttlMs) => {
      if (this.#lease.expiresAt > this.#now()) return null;
      this.#lease = { holder, epoch: this.#lease.epoch + 1, expiresAt: this.#now() + ttlMs };
      return { epoch: this.#lease.epoch };
    },
    renew: async (holder, epoch, ttlMs) => {
      if (this.#lease.holder !== holder || this.#lease.epoch !== epoch) return false;
      this.#lease.expiresAt = this.#now() + ttlMs;
      return true;
    },
    release: async (holder, epoch) => {
      if (this.#lease.holder === holder && this.#lease.epoch === epoch) this.expireLease();
    },
  };

  #write(entry: NewEntry): void {
    const at = new Date(Date.UTC(2026, 0, 1) + this.entries.length).toISOString();
    this.entries.push(structuredClone({ ...entry, at }));
  }

  #refuseOld(epoch: number): void {
    if (epoch < this.#lease.epoch) throw new SealiftError('LEASE_LOST', { values: { epoch } });
  }
}
