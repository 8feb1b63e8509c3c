import { grainSegmentBytes } from '../vmdk-segments.ts';

/** 64 GiB of disk in grains of 64 KiB, in some 12 MiB of memory. What lies behind is compared as it is, deflated. */
export const maxTableGrains = 2 ** 20;
const firstCapacity = 4096;

/**
 * Where the grains of a base's disks lie in its blob: inflated and one behind the other they are the base's disk. Grains that
 * have another size, or do not inflate, are not among them.
 */
export class GrainTable {
  /** Of each, inflated. */
  readonly grainBytes: number;
  #offsets = new Float64Array(firstCapacity);
  #dataBytes = new Uint32Array(firstCapacity);
  #count = 0;

  constructor(grainBytes: number) {
    this.grainBytes = grainBytes;
  }

  get count(): number {
    return this.#count;
  }

  /** Of the whole disk, inflated. */
  get diskBytes(): number {
    return this.#count * this.grainBytes;
  }

  /** Adds a grain whose segment begins at this offset of the blob, unless there are too many. */
  add(offset: number, dataBytes: number): boolean {
    if (this.#count === maxTableGrains) return false;
    if (this.#count === this.#offsets.length) this.#grow();
    this.#offsets[this.#count] = offset;
    this.#dataBytes[this.#count] = dataBytes;
    this.#count += 1;
    return true;
  }

  /** Where a grain's segment begins in the blob, and how long its deflated data is. */
  at(index: number): { readonly offset: number; readonly dataBytes: number } {
    return { offset: this.#offsets[index] ?? 0, dataBytes: this.#dataBytes[index] ?? 0 };
  }

  /** The end of the last grain's segment. */
  get end(): number {
    if (this.#count === 0) return 0;
    const { offset, dataBytes } = this.at(this.#count - 1);
    return offset + grainSegmentBytes(dataBytes);
  }

  #grow(): void {
    const { length } = this.#offsets;
    const [offsets, dataBytes] = [new Float64Array(length * 2), new Uint32Array(length * 2)];
    offsets.set(this.#offsets);
    dataBytes.set(this.#dataBytes);
    [this.#offsets, this.#dataBytes] = [offsets, dataBytes];
  }
}
