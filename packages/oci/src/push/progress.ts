import type { SealiftError } from '@sealift/core/errors';
import type { Descriptor } from '../descriptor.ts';
import type { Digest } from '../digest.ts';
import type { ItemState, PushEvent, PushItem, PushResult } from './types.ts';

const reportEveryBytes = 4 * 1024 * 1024;

/**
 * Counts what a push has done and turns it into events: an item starts once the content of all items before it is there,
 * so the events come in the order of the items although blobs of all of them are sent side by side.
 */
export class PushProgress {
  readonly #items: readonly PushItem[];
  readonly #emit: (event: PushEvent) => void;
  readonly #states = new Map<number, ItemState>();
  readonly #errors = new Map<number, SealiftError>();
  readonly #tagsKept = new Map<number, string>();
  readonly #blobsLeft: number[] = [];
  readonly #changed = new Set<number>();
  readonly #highWater = new Map<Digest, number>();
  readonly #counts = { sent: 0, mounted: 0, skipped: 0 };
  #started = 0;
  #told = 0;
  #begun = false;
  #sentBytes = 0;
  #skippedBytes = 0;
  #settledBytes = 0;
  #totalBytes = 0;
  #reportedBytes = -1;

  constructor(items: readonly PushItem[], emit: (event: PushEvent) => void) {
    this.#items = items;
    this.#emit = emit;
  }

  begin(
    plan: readonly { readonly blobs: readonly Descriptor[]; readonly item: PushItem; readonly index: number }[],
  ): void {
    const seen = new Set<string>();
    for (const { index, blobs, item } of plan) {
      this.#blobsLeft[index] = blobs.length;
      for (const blob of blobs) {
        const key = `${item.client.registry} ${item.repository} ${blob.digest}`;
        if (seen.has(key)) continue;
        seen.add(key);
        this.#totalBytes += blob.size;
      }
    }
    this.#begun = true;
    this.#startItems();
    this.#tell();
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

  /** Bytes that went out; `items` are those that changed by it. */
  sent(bytes: number, items: readonly number[] = []): void {
    this.#sentBytes += bytes;
    for (const index of items) this.#changed.add(index);
  }

  /** @param tagged whether the tag was there before; an item is only present when its content was too */
  itemDone(index: number, tagged: boolean): void {
    this.#settle(index, tagged && !this.#changed.has(index) ? 'present' : 'pushed');
  }

  /** The registry keeps an item's tag for other content. */
  tagKept(index: number, reason: string): void {
    this.#tagsKept.set(index, reason);
  }

  /** An item can't be pushed; the first reason counts. */
  itemFailed(index: number, error: SealiftError): void {
    if (!this.isOpen(index)) return;
    this.#errors.set(index, error);
    // It no longer keeps those behind it from starting.
    this.#blobsLeft[index] = 0;
    this.#startItems();
    this.#settle(index, 'failed');
  }

  /** An item is not put, because others failed. */
  itemHeldBack(index: number): void {
    this.#settle(index, 'held-back');
  }

  /** Whether it is still to be seen what becomes of an item. */
  isOpen(index: number): boolean {
    return !this.#states.has(index);
  }

  hasFailed(): boolean {
    return this.#errors.size > 0;
  }

  result(): PushResult {
    return {
      items: this.#items.map((item, index) => {
        const error = this.#errors.get(index);
        const tagKept = this.#tagsKept.get(index);
        return {
          item,
          state: this.#states.get(index) ?? 'held-back',
          ...(error === undefined ? {} : { error }),
          ...(tagKept === undefined ? {} : { tagKept }),
        };
      }),
      blobs: { ...this.#counts },
      sentBytes: this.#sentBytes,
      skippedBytes: this.#skippedBytes,
    };
  }

  #settle(index: number, state: ItemState): void {
    this.#states.set(index, state);
    this.#tell();
  }

  /** Tells of what is settled, in the order of the items. */
  #tell(): void {
    for (;;) {
      const item = this.#items[this.#told];
      const told = this.#states.get(this.#told);
      if (item === undefined || told === undefined || this.#told >= this.#started) return;
      this.#emit({ kind: 'item-done', item, index: this.#told, state: told });
      this.#told += 1;
    }
  }

  #startItems(): void {
    while (this.#begun && this.#started < this.#items.length) {
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
