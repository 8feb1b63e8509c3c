import type { Descriptor } from '../descriptor.ts';
import type { Digest } from '../digest.ts';
import type { PushEvent, PushItem, PushResult } from './types.ts';
import type { Tree } from './walk.ts';

const reportEveryBytes = 4 * 1024 * 1024;

/**
 * Counts what a push has done and turns it into events: an item starts once the content of all items before it is there,
 * so the events come in the order of the items although blobs of all of them are sent side by side.
 */
export class PushProgress {
  readonly #items: readonly PushItem[];
  readonly #emit: (event: PushEvent) => void;
  readonly #states: ('pushed' | 'present')[] = [];
  readonly #blobsLeft: number[] = [];
  readonly #changed = new Set<number>();
  readonly #highWater = new Map<Digest, number>();
  readonly #counts = { sent: 0, mounted: 0, skipped: 0 };
  #started = 0;
  #sentBytes = 0;
  #skippedBytes = 0;
  #settledBytes = 0;
  #totalBytes = 0;
  #reportedBytes = -1;

  constructor(items: readonly PushItem[], emit: (event: PushEvent) => void) {
    this.#items = items;
    this.#emit = emit;
  }

  begin(plan: readonly { readonly tree: Tree; readonly item: PushItem }[]): void {
    const seen = new Set<string>();
    for (const [index, { tree, item }] of plan.entries()) {
      this.#blobsLeft[index] = tree.blobs.length;
      for (const blob of tree.blobs) {
        const key = `${item.client.registry} ${item.repository} ${blob.digest}`;
        if (seen.has(key)) continue;
        seen.add(key);
        this.#totalBytes += blob.size;
      }
    }
    this.#startItems();
    this.#report();
  }

  /** One repository has the blob now; `items` are those that needed it there. */
  blob(
    kind: 'blob-sent' | 'blob-mounted' | 'blob-skipped',
    blob: Descriptor,
    repository: string,
    items: readonly number[],
  ): void {
    if (kind !== 'blob-sent') this.#skippedBytes += blob.size;
    this.#counts[kind === 'blob-sent' ? 'sent' : kind === 'blob-mounted' ? 'mounted' : 'skipped'] += 1;
    this.#settledBytes += blob.size;
    this.#highWater.delete(blob.digest);
    this.#emit({ kind, digest: blob.digest, repository, sizeBytes: blob.size });
    for (const index of items) {
      this.#blobsLeft[index] = (this.#blobsLeft[index] ?? 1) - 1;
      if (kind !== 'blob-skipped') this.#changed.add(index);
    }
    this.#startItems();
    this.#report();
  }

  /** How far a blob is, in bytes; an attempt that begins again counts only what is beyond the last. */
  position(blob: Descriptor, position: number): void {
    if (position <= (this.#highWater.get(blob.digest) ?? 0)) return;
    this.#highWater.set(blob.digest, position);
    if (this.#doneBytes() - this.#reportedBytes >= reportEveryBytes) this.#report();
  }

  /** The farthest any attempt at a blob came, in bytes. */
  positionOf(blob: Descriptor): number {
    return this.#highWater.get(blob.digest) ?? 0;
  }

  /** Bytes that went out. */
  sent(bytes: number): void {
    this.#sentBytes += bytes;
  }

  /** @param tagged whether the tag was there before; an item is only present when its content was too */
  itemDone(index: number, tagged: boolean): void {
    const item = this.#items[index];
    if (item === undefined) return;
    const state = tagged && !this.#changed.has(index) ? 'present' : 'pushed';
    this.#states[index] = state;
    this.#emit({ kind: 'item-done', item, index, state });
  }

  result(): PushResult {
    return {
      items: this.#items.map((item, index) => ({ item, state: this.#states[index] ?? 'present' })),
      blobs: { ...this.#counts },
      sentBytes: this.#sentBytes,
      skippedBytes: this.#skippedBytes,
    };
  }

  #startItems(): void {
    while (this.#started < this.#items.length) {
      const index = this.#started;
      const item = this.#items[index];
      if (item === undefined || (index > 0 && (this.#blobsLeft[index - 1] ?? 0) > 0)) return;
      this.#started += 1;
      this.#emit({ kind: 'item-start', item, index });
    }
  }

  #doneBytes(): number {
    return this.#settledBytes + [...this.#highWater.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  #report(): void {
    const doneBytes = Math.min(this.#totalBytes, Math.max(this.#doneBytes(), this.#reportedBytes));
    if (doneBytes === this.#reportedBytes) return;
    this.#reportedBytes = doneBytes;
    this.#emit({ kind: 'progress', doneBytes, totalBytes: this.#totalBytes });
  }
}
