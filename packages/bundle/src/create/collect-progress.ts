/**
 * Tells how far the collecting is: the sources of images are its first half, reading the node image the second. It never
 * falls, whatever there turns out to be of either.
 */
export class CollectProgress {
  readonly #sources: number;
  readonly #report: (done: number, total: number) => void;
  #sourcesDone = 0;

  constructor(sources: number, report: (done: number, total: number) => void) {
    this.#sources = sources;
    this.#report = report;
  }

  /** One more source of images has been looked through. */
  sourceDone(): void {
    this.#sourcesDone += 1;
    this.#report(this.#sourcesDone, 2 * this.#sources);
  }

  /** So much of the node image is read; the sources are behind us. */
  fileAt(doneBytes: number, totalBytes: number): void {
    const total = Math.max(totalBytes, doneBytes);
    this.#report(total + doneBytes, 2 * total);
  }
}
