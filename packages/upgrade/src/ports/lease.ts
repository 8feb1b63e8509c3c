/** One writer at a time: a row with a holder, an expiry and an epoch that grows with every take-over (fencing token). */
export interface LeasePort {
  /** Takes the lease, or returns null while another holder's has not expired. */
  acquire(holder: string, ttlMs: number): Promise<{ epoch: number } | null>;
  /** @returns false when the lease was lost. */
  renew(holder: string, epoch: number, ttlMs: number): Promise<boolean>;
  release(holder: string, epoch: number): Promise<void>;
}
