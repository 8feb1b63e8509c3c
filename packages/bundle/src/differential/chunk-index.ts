const keyWords = 4;
const firstCapacity = 4096;

/**
 * Where segments are, found by the first 128 bits of their SHA-256: an open-addressing table over typed arrays, 28 bytes a
 * slot, because a large disk has hundreds of thousands of grains.
 */
export class ChunkIndex {
  #capacity = firstCapacity;
  #keys = new Uint32Array(firstCapacity * keyWords);
  #offsets = new Float64Array(firstCapacity);
  /** 0 marks a free slot. */
  #lengths = new Uint32Array(firstCapacity);
  #count = 0;

  /** Adds a segment of at least one byte, unless one with this hash is there. */
  add(hash: Buffer, offset: number, length: number): void {
    if (this.#count * 4 >= this.#capacity * 3) this.#grow();
    const key = wordsOf(hash);
    const slot = this.#slotOf(key);
    if (this.#lengths[slot] !== 0) return;
    this.#keys.set(key, slot * keyWords);
    this.#offsets[slot] = offset;
    this.#lengths[slot] = length;
    this.#count += 1;
  }

  /** The offset of a segment with this hash and length. */
  find(hash: Buffer, length: number): number | undefined {
    const slot = this.#slotOf(wordsOf(hash));
    return this.#lengths[slot] === length ? this.#offsets[slot] : undefined;
  }

  #slotOf(key: Uint32Array): number {
    const mask = this.#capacity - 1;
    let slot = (key[0] ?? 0) & mask;
    while (this.#lengths[slot] !== 0 && !this.#holds(slot, key)) slot = (slot + 1) & mask;
    return slot;
  }

  #holds(slot: number, key: Uint32Array): boolean {
    const at = slot * keyWords;
    return key.every((word, index) => this.#keys[at + index] === word);
  }

  #grow(): void {
    const { keys, offsets, lengths } = { keys: this.#keys, offsets: this.#offsets, lengths: this.#lengths };
    this.#capacity *= 2;
    this.#keys = new Uint32Array(this.#capacity * keyWords);
    this.#offsets = new Float64Array(this.#capacity);
    this.#lengths = new Uint32Array(this.#capacity);
    for (const [old, length] of lengths.entries()) {
      if (length === 0) continue;
      const key = keys.subarray(old * keyWords, (old + 1) * keyWords);
      const slot = this.#slotOf(key);
      this.#keys.set(key, slot * keyWords);
      this.#offsets[slot] = offsets[old] ?? 0;
      this.#lengths[slot] = length;
    }
  }
}

function wordsOf(hash: Buffer): Uint32Array {
  const words = new Uint32Array(keyWords);
  for (let index = 0; index < keyWords; index += 1) words[index] = hash.readUInt32BE(index * 4);
  return words;
}
