import type {
  FrozenUpgrade,
  JournalData,
  JournalEntry,
  JournalLine,
  UpgradeEvent,
  UpgradeState,
} from '@sealift/core/upgrade';

/** A line to be written. */
export type NewEntry = JournalLine & Pick<JournalEntry, 'upgradeId' | 'stepId' | 'epoch'>;

/** What a line about the upgrade's own state tells beside the state. */
export type StateDetails = Omit<JournalData<'state'>, 'state'>;

/** The durable record. Every write carries the lease's epoch; the store refuses one older than the lease row's (`LEASE_LOST`). */
export interface JournalPort {
  /** @throws RECORD_FORMAT_OTHER, RECORD_DAMAGED */
  read(upgradeId: string): Promise<readonly JournalEntry[]>;
  append(entry: NewEntry): Promise<void>;
  /**
   * Lets an event happen to the upgrade: its state and the journal's line about it change in one transaction.
   *
   * @returns the state it leads to
   * @throws UPGRADE_STATE_ILLEGAL when the event cannot happen any more
   */
  apply(upgradeId: string, event: UpgradeEvent, epoch: number, details: StateDetails): Promise<UpgradeState>;
  /** What was approved. @throws RECORD_FORMAT_OTHER, RECORD_DAMAGED */
  frozen(upgradeId: string): Promise<{ readonly upgrade: FrozenUpgrade; readonly hash: string } | null>;
  /** Asked at every safe point. */
  state(upgradeId: string): Promise<UpgradeState | null>;
  /** Upgrades in a state that an engine must take up. */
  unfinished(): Promise<readonly string[]>;
}
