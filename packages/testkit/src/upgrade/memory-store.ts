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
import type { JournalPort, NewEntry, StateDetails } from '@sealift/upgrade/ports/journal';
import type { LeasePort } from '@sealift/upgrade/ports/lease';
import { JournalPath } from './journal-path.ts';

interface Held {
  readonly upgrade: FrozenUpgrade;
  readonly hash: string;
  state: UpgradeState;
  /** What was written of it: each line has to be one that may follow. */
  readonly path: JournalPath;
}

/** Journal and lease of tests, in memory; it outlives the engines that use it, as a database outlives processes. */
export class MemoryStore {
  readonly entries: JournalEntry[] = [];
  /** The first line that was no path of the lifecycle. */
  trouble: string | null = null;
  readonly #upgrades = new Map<string, Held>();
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
    this.#upgrades.set(upgradeId, { upgrade, hash, state, path: new JournalPath(upgrade.plan, state) });
  }

  state(upgradeId: string): UpgradeState | null {
    return this.#upgrades.get(upgradeId)?.state ?? null;
  }

  /** What a person does through the console. */
  byHand(upgradeId: string, event: UpgradeEvent): UpgradeState {
    return this.#turn(upgradeId, event, this.#lease.epoch, { by: 'a person' });
  }

  /** Takes over a journal that another build left, of an upgrade that was added as it was before its first line. */
  restore(upgradeId: string, entries: readonly JournalEntry[]): void {
    const held = this.#held(upgradeId);
    for (const entry of entries) {
      this.trouble ??= held.path.add(entry);
      this.entries.push(entry);
      if (entry.phase === 'state') held.state = entry.data.state;
    }
    const epoch = entries.at(-1)?.epoch ?? 0;
    this.#lease = { holder: 'another build', epoch, expiresAt: Number.NEGATIVE_INFINITY };
  }

  /** What of an upgrade's journal decides which lines may follow. */
  path(upgradeId: string): JournalPath {
    return this.#held(upgradeId).path;
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
      return this.#turn(upgradeId, event, epoch, details);
    },
    frozen: async (upgradeId) => {
      const { upgrade, hash } = this.#upgrades.get(upgradeId) ?? {};
      return upgrade === undefined || hash === undefined ? null : structuredClone({ upgrade, hash });
    },
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

  #turn(upgradeId: string, event: UpgradeEvent, epoch: number, details: StateDetails): UpgradeState {
    const held = this.#held(upgradeId);
    const state = next(held.state, event);
    const line: JournalLine = { phase: 'state', data: { ...details, state } };
    this.#write({ upgradeId, stepId: '', epoch, ...line });
    held.state = state;
    return state;
  }

  #held(upgradeId: string): Held {
    const held = this.#upgrades.get(upgradeId);
    if (held === undefined) throw new Error(`no upgrade ${upgradeId}`);
    return held;
  }

  #write(entry: NewEntry): void {
    const at = new Date(Date.UTC(2026, 0, 1) + this.entries.length).toISOString();
    const written = structuredClone({ ...entry, at });
    const trouble = this.path(entry.upgradeId).add(written);
    if (trouble !== null) {
      this.trouble ??= trouble;
      throw new Error(`no path of the lifecycle: ${trouble}`);
    }
    this.entries.push(written);
  }

  #refuseOld(epoch: number): void {
    if (epoch < this.#lease.epoch) throw new SealiftError('LEASE_LOST', { values: { epoch } });
  }
}
