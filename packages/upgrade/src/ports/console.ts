/** The console's own state, changed by the first and last steps. */
export interface ConsolePort {
  lockedBy(): Promise<string | null>;
  lock(upgradeId: string): Promise<void>;
  unlock(upgradeId: string): Promise<void>;
  /**
   * Makes a hop's release the installed one: the profile's layers get that hop's frozen texts, and the new defaults as their base.
   * Idempotent.
   *
   * @param hop its place in the plan, from 0
   */
  recordInstalled(upgradeId: string, hop: number): Promise<void>;
  /**
   * Takes that back: the release and the texts of before a hop are the installed ones again. Idempotent.
   *
   * @param hop its place in the plan, from 0
   * @throws PLAN_INCOMPLETE where what was before it was not frozen
   */
  recordFormer(upgradeId: string, hop: number): Promise<void>;
  installedVersion(): Promise<string | null>;
  /**
   * Whether exactly what a hop leaves behind, or what was before it, is recorded: its version does not tell where values alone change.
   *
   * @param hop its place in the plan, from 0
   */
  isRecorded(upgradeId: string, hop: number, what: 'result' | 'former'): Promise<boolean>;
  /** Who has said that an upgrade's control plane need not go back any more; null while nobody has. */
  finalised(upgradeId: string): Promise<{ readonly by: string } | null>;
}
