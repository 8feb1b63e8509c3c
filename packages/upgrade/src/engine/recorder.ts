import type { UpgradeState } from '@sealift/core/api';
import { isSealiftError, type SealiftError } from '@sealift/core/errors';
import type { JournalEntry, JournalPort } from '../ports.ts';
import { assertLegalTransition } from '../states.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import { RunStopped } from './run-stopped.ts';

/**
 * Writes the journal of one run. Every line carries the lease's epoch; when a line cannot be written the run stops,
 * so nothing acts that is not recorded.
 */
export class Recorder {
  readonly upgradeId: string;
  readonly #journal: JournalPort;
  readonly #lease: LeaseKeeper;
  readonly #onChange: (upgradeId: string) => void;

  constructor(upgradeId: string, journal: JournalPort, lease: LeaseKeeper, onChange: (upgradeId: string) => void) {
    this.upgradeId = upgradeId;
    this.#journal = journal;
    this.#lease = lease;
    this.#onChange = onChange;
  }

  /** @throws RunStopped */
  async write(stepId: string, phase: JournalEntry['phase'], data: JournalEntry['data']): Promise<void> {
    this.#lease.assertHeld();
    const { upgradeId } = this;
    await this.#guarded(() => this.#journal.append({ upgradeId, stepId, phase, epoch: this.#lease.epoch, data }));
  }

  /** @throws RunStopped */
  async failure(stepId: string, error: SealiftError): Promise<void> {
    await this.write(stepId, 'failure', failureData(error));
  }

  /** @throws RunStopped, UPGRADE_STATE_ILLEGAL */
  async setState(from: UpgradeState, to: UpgradeState, data: JournalEntry['data'] = {}): Promise<void> {
    assertLegalTransition(from, to);
    this.#lease.assertHeld();
    await this.#guarded(() => this.#journal.setState(this.upgradeId, to, this.#lease.epoch, data));
  }

  /** The state as it is now, which a person may have changed. @throws RunStopped */
  async state(): Promise<UpgradeState | null> {
    const { upgradeId } = this;
    const journal = this.#journal;
    return reading(async () =>
      journal.state === undefined ? ((await journal.frozen(upgradeId))?.state ?? null) : journal.state(upgradeId),
    );
  }

  async #guarded(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      throw new RunStopped(isSealiftError(error, 'LEASE_LOST') ? 'lease-lost' : 'journal-unavailable', error);
    }
    this.#onChange(this.upgradeId);
  }
}

/** A read of the journal; when it fails the run stops. @throws RunStopped */
export async function reading<Result>(read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    throw new RunStopped('journal-unavailable', error);
  }
}

/** A failure as the journal keeps it. */
export function failureData(error: SealiftError): JournalEntry['data'] {
  const { code, message: detail, hint, next, place } = error;
  return { code, detail, hint, next, ...(place === undefined ? {} : { place }) };
}
