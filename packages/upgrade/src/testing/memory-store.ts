import type { UpgradeState } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import type { FrozenUpgrade } from '@sealift/core/plan';
import { hashOfFrozen } from '../frozen.ts';
import type { JournalEntry, JournalPort, LeasePort } from '../ports.ts';
import { assertLegalTransition, needsEngine } from '../states.ts';

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
  setStateByHand(upgradeId: string, state: UpgradeState): void {
    const held = this.#upgrades.get(upgradeId);
    if (held === undefined) throw new Error(`no upgrade ${upgradeId}`);
    assertLegalTransition(held.state, state);
    held.state = state;
  }

  /** Ends the lease as if its time had passed. */
  expireLease(): void {
    this.#lease.expiresAt = Number.NEGATIVE_INFINITY;
  }

  readonly journal: JournalPort = {
    read: async (upgradeId) => this.entries.filter((entry) => entry.upgradeId === upgradeId),
    append: async (entry) => {
      this.#refuseOld(entry.epoch);
      const at = new Date(Date.UTC(2026, 0, 1) + this.entries.length).toISOString();
      this.entries.push(structuredClone({ ...entry, at }));
    },
    setState: async (upgradeId, state, epoch, data) => {
      this.#refuseOld(epoch);
      this.setStateByHand(upgradeId, state);
      const at = new Date(Date.UTC(2026, 0, 1) + this.entries.length).toISOString();
      this.entries.push(
        structuredClone({ upgradeId, stepId: '', phase: 'state', epoch, at, data: { ...data, state } }),
      );
    },
    frozen: async (upgradeId) => structuredClone(this.#upgrades.get(upgradeId) ?? null),
    unfinished: async () => [...this.#upgrades].filter(([, { state }]) => needsEngine(state)).map(([id]) => id),
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

  #refuseOld(epoch: number): void {
    if (epoch < this.#lease.epoch) throw new SealiftError('LEASE_LOST', { values: { epoch } });
  }
}
