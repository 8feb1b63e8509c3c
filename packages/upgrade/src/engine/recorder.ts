import { isSealiftError } from '@sealift/core/errors';
import type { JournalLine, UpgradeEvent, UpgradeState } from '@sealift/core/upgrade';
import type { JournalPort, StateDetails } from '../ports/journal.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import { RunStopped, type StopReason } from './run-stopped.ts';

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
  async write(stepId: string, line: JournalLine): Promise<void> {
    const { upgradeId } = this;
    await this.#guarded(() => this.#journal.append({ upgradeId, stepId, epoch: this.#lease.epoch, ...line }));
  }

  /**
   * Lets an event happen to the upgrade, unless a person changed its state meanwhile.
   *
   * @returns the state it leads to
   * @throws RunStopped
   */
  async apply(event: UpgradeEvent, details: StateDetails = {}): Promise<UpgradeState> {
    return await this.#guarded(() => this.#journal.apply(this.upgradeId, event, this.#lease.epoch, details));
  }

  /** The state as it is now, which a person may have changed. @throws RunStopped */
  async state(): Promise<UpgradeState | null> {
    return await reading(() => this.#journal.state(this.upgradeId));
  }

  async #guarded<Result>(write: () => Promise<Result>): Promise<Result> {
    this.#lease.assertHeld();
    let result: Result;
    try {
      result = await write();
    } catch (error) {
      throw new RunStopped(reasonToStop(error), error);
    }
    this.#onChange(this.upgradeId);
    return result;
  }
}

function reasonToStop(error: unknown): StopReason {
  if (isSealiftError(error, 'LEASE_LOST')) return 'lease-lost';
  return isSealiftError(error, 'UPGRADE_STATE_ILLEGAL') ? 'state-changed' : 'journal-unavailable';
}

/**
 * A read of what is stored; when it fails the run stops.
 *
 * @throws RunStopped; RECORD_FORMAT_OTHER and RECORD_DAMAGED as they are, since no later read will do better
 */
export async function reading<Result>(read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (isUnreadable(error)) throw error;
    throw new RunStopped('journal-unavailable', error);
  }
}

/** Whether what is stored can never be read by this version. */
export function isUnreadable(error: unknown): boolean {
  return isSealiftError(error, 'RECORD_FORMAT_OTHER') || isSealiftError(error, 'RECORD_DAMAGED');
}
