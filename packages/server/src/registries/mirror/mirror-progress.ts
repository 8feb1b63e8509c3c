import type { MirrorState } from '@sealift/core/api';
import type { PushEvent } from '@sealift/oci/push';

type Part = MirrorState['parts'][number];

/** Counts what a mirror has done, and tells who watches that it changed. */
export class MirrorProgress {
  #state: MirrorState;
  #isNews = false;

  constructor(begun: MirrorState) {
    this.#state = begun;
  }

  get state(): MirrorState {
    return this.#state;
  }

  /** Whether anything changed since this was asked last. */
  takeNews(): boolean {
    const isNews = this.#isNews;
    this.#isNews = false;
    return isNews;
  }

  set(news: Partial<MirrorState>): void {
    this.#state = { ...this.#state, ...news };
    this.#isNews = true;
  }

  part(index: number, news: Partial<Part>): void {
    this.set({ parts: this.#state.parts.map((part, at) => (at === index ? { ...part, ...news } : part)) });
  }

  /** Follows the push of a portion. @param name of the part that it is of */
  follow(name: string): (event: PushEvent) => void {
    return (event) => {
      const { blobs, sentBytes } = this.#state;
      if (event.kind === 'progress') this.set({ doneBytes: event.doneBytes, totalBytes: event.totalBytes });
      if (event.kind === 'retry') this.set({ message: `Waiting, then trying again: ${event.reason}` });
      if (event.kind === 'item-start') this.set({ message: `Mirroring ${event.item.name ?? name}` });
      if (event.kind === 'blob-sent') {
        this.set({ blobs: { ...blobs, sent: blobs.sent + 1 }, sentBytes: sentBytes + event.sizeBytes });
      }
      if (event.kind === 'blob-mounted') this.set({ blobs: { ...blobs, mounted: blobs.mounted + 1 } });
      if (event.kind === 'blob-skipped') this.set({ blobs: { ...blobs, present: blobs.present + 1 } });
    };
  }
}
