import type { SyncState } from '@sealift/core/api';
import type { Marker } from './read-marker.ts';

/** What a sync tells of itself at its end. */
export type Found = Pick<SyncState, 'done' | 'total' | 'refused' | 'message'>;

/** What became of a marker, as far as it is counted. */
type Counted =
  | { readonly kind: Marker['kind']; readonly isNew: boolean }
  | { readonly refused: SyncState['refused'][number] };

/** Often enough for a person, seldom enough that telling it costs nothing: every page that shows it asks again then. */
const reportEveryMs = 500;

/** Counts what a sync takes and refuses, and says how far it is. */
export class Tally {
  readonly #total: number;
  readonly #refused: SyncState['refused'] = [];
  readonly #counts = { release: { taken: 0, added: 0 }, pack: { taken: 0, added: 0 } };
  readonly #now: () => number;
  readonly #begun: number;
  #done = 0;
  #told: number;

  /** @param now in milliseconds */
  constructor(total: number, now: () => number = () => performance.now()) {
    this.#total = total;
    this.#now = now;
    this.#begun = now();
    this.#told = this.#begun;
  }

  add(taken: readonly Counted[]): void {
    this.#done += taken.length;
    for (const one of taken) {
      if ('refused' in one) this.#refused.push(one.refused);
      else {
        const count = this.#counts[one.kind];
        count.taken += 1;
        if (one.isNew) count.added += 1;
      }
    }
  }

  /** Whether it is time to tell of the progress; once, until the next time. */
  isDue(): boolean {
    if (this.#now() - this.#told < reportEveryMs) return false;
    this.#told = this.#now();
    return true;
  }

  /** How far it is, and about how long the rest takes. */
  progress(): Found {
    const elapsedMs = this.#now() - this.#begun;
    const leftS = Math.ceil((elapsedMs / this.#done) * (this.#total - this.#done) * 0.001);
    const message =
      this.#done === 0 ? 'Verifying' : `Verifying, ${Math.round(elapsedMs / 1000)} s so far, about ${leftS} s left`;
    return { ...this.#found(), message };
  }

  end(): Found {
    const { release, pack } = this.#counts;
    const refused = this.#refused.length;
    if (release.taken + pack.taken + refused === 0) {
      return { ...this.#found(), message: 'The registry holds no release yet' };
    }
    const parts = [describe(release, 'release', 'releases')];
    if (pack.taken > 0) parts.push(describe(pack, 'pack of its own', 'packs of their own'));
    if (refused > 0) parts.push(`${refused} refused`);
    return { ...this.#found(), message: parts.join('; ') };
  }

  /** In the order of the tags, whatever order they were looked at in. */
  #found(): Omit<Found, 'message'> {
    const refused = this.#refused.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    return { done: this.#done, total: this.#total, refused };
  }
}

function describe(
  { taken, added }: { readonly taken: number; readonly added: number },
  one: string,
  many: string,
): string {
  return `${taken} ${taken === 1 ? one : many} in the catalogue, ${added} new`;
}
