import { createHash } from 'node:crypto';
import { canonicalJson } from '@sealift/core/canonical-json';
import type { AuditEntryRow } from '../store/tables/access.ts';

/** SHA-256 over an entry and the hash of the one before it. */
export function entryHash(entry: Omit<AuditEntryRow, 'hash'>): string {
  const covered = [
    entry.sequence,
    entry.at.toISOString(),
    entry.actor,
    entry.address,
    entry.action,
    entry.subject,
    entry.details,
    entry.previous_hash,
  ];
  return createHash('sha256').update(canonicalJson(covered)).digest('hex');
}

/** Where a log ended at some time, as it was signed. */
export interface KnownEnd {
  readonly sequence: number;
  readonly hash: string;
}

/** Recomputes a chain of entries from the first one on, and compares it with what is known of it. */
export class ChainCheck {
  /** Number of the last entry that fits; there are as many. */
  sequence: number;
  hash: string;
  /** Number of the first entry that does not fit, or is missing. */
  firstBroken: number | null = null;
  readonly #known: readonly KnownEnd[];
  readonly #reached = new Map<number, string>();

  /**
   * @param known signed ends of the log, which it has to go through
   * @param from an end that was checked before, to go on from
   */
  constructor(known: readonly KnownEnd[] = [], from: KnownEnd = { sequence: 0, hash: '' }) {
    this.#known = known;
    this.sequence = from.sequence;
    this.hash = from.hash;
    this.#reached.set(from.sequence, from.hash);
    for (const { sequence } of known) if (sequence > from.sequence) this.#reached.set(sequence, '');
  }

  /** Takes the next entry. @returns false where the chain is broken: what follows says nothing */
  add(entry: AuditEntryRow): boolean {
    if (this.firstBroken !== null) return false;
    const fits =
      entry.sequence === this.sequence + 1 && entry.previous_hash === this.hash && entryHash(entry) === entry.hash;
    if (!fits) {
      this.firstBroken = this.sequence + 1;
      return false;
    }
    this.sequence = entry.sequence;
    this.hash = entry.hash;
    if (this.#reached.has(entry.sequence)) this.#reached.set(entry.sequence, entry.hash);
    return true;
  }

  /** The first known end that the log does not go through: its tail was cut off, or all of it written anew. */
  missedEnd(): { readonly end: KnownEnd; readonly reason: string } | null {
    const ends = [...this.#known].sort((a, b) => a.sequence - b.sequence);
    for (const end of ends) {
      if (end.sequence > this.sequence) {
        const reason = `the log ends with entry ${this.sequence}, and had ${end.sequence} when it was signed: its end was cut off`;
        return { end, reason };
      }
      if (this.#reached.get(end.sequence) !== end.hash) {
        const reason = `entry ${end.sequence} has another hash than the one that was signed: the log was written anew`;
        return { end, reason };
      }
    }
    return null;
  }
}
