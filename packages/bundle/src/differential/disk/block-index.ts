const keyWords = 3;
const firstCapacity = 2 ** 14;

/** In 16 bytes a slot. */
const largestCapacity = 2 ** 20;

/**
 * Where blocks of a disk are, found by the first 96 bits of their SHA-256. It holds 786,432 blocks at most: of a disk that has more it
 * keeps those whose hash ends with a zero bit, then with two, and so on. Content that moved as a whole is found all the same,
 * since one block of it is enough.
 */
export class BlockIndex {
  #capacity = firstCapacity;
  #keys = new Uint32Array(firstCapacity * keyWords);
  /** The number of the block plus one; 0 marks a free slot. */
  #blocks = new Uint32Array(firstCapacity);
  #count = 0;
  /** A block is kept when these bits of its hash are zero. */
  #thinning = 0;

  /** Adds the block of this number, unless one with this hash is there. */
  add(hash: Buffer, block: number): void {
    this.#addKey(hash.readUInt32LE(0), hash.readUInt32LE(4), hash.readUInt32LE(8), block + 1);
  }

  /** The number of a block with this hash. */
  find(hash: Buffer): number | undefined {
    const slot = this.#slotOf(hash.readUInt32LE(0), hash.readUInt32LE(4), hash.readUInt32LE(8));
    const block = this.#blocks[slot] ?? 0;
    return block === 0 ? undefined : block - 1;
  }

  #addKey(first: number, second: number, third: number, entry: number): void {
    if ((third & this.#thinning) !== 0) return;
    if (this.#count * 4 >= this.#capacity * 3) this.#makeRoom();
    const slot = this.#slotOf(first, second, third);
    if (this.#blocks[slot] !== 0 || (third & this.#thinning) !== 0) return;
    this.#keys.set([first, second, third], slot * keyWords);
    this.#blocks[slot] = entry;
    this.#count += 1;
  }

  #slotOf(first: number, second: number, third: number): number {
    const mask = this.#capacity - 1;
    for (let slot = first & mask; ; slot = (slot + 1) & mask) {
      const at = slot * keyWords;
      const same = this.#keys[at] === first && this.#keys[at + 1] === second && this.#keys[at + 2] === third;
      if (this.#blocks[slot] === 0 || same) return slot;
    }
  }

  /** Twice the slots, or half of the blocks. */
  #makeRoom(): void {
    const [keys, blocks] = [this.#keys, this.#blocks];
    if (this.#capacity < largestCapacity) this.#capacity *= 2;
    else this.#thinning = this.#thinning * 2 + 1;
    this.#keys = new Uint32Array(this.#capacity * keyWords);
    this.#blocks = new Uint32Array(this.#capacity);
    this.#count = 0;
    for (const [slot, entry] of blocks.entries()) {
      const at = slot * keyWords;
      if (entry !== 0) this.#addKey(keys[at] ?? 0, keys[at + 1] ?? 0, keys[at + 2] ?? 0, entry);
    }
  }
}
