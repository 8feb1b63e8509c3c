/** Seven bits a byte: what fits into the 53 bits of a safe integer. */
const maxNumberBytes = 8;

/** Writes a text, then unsigned LEB128 numbers (DWARF 5, section 7.6). */
export class NumberWriter {
  #bytes = Buffer.alloc(64 * 1024);
  #length: number;

  constructor(magic: string) {
    this.#length = this.#bytes.write(magic, 'latin1');
  }

  add(value: number): void {
    if (this.#bytes.length - this.#length < 16) this.#bytes = Buffer.concat([this.#bytes], this.#bytes.length * 2);
    let rest = value;
    while (rest >= 0x80) {
      this.#length = this.#bytes.writeUInt8((rest % 0x80) + 0x80, this.#length);
      rest = Math.floor(rest / 0x80);
    }
    this.#length = this.#bytes.writeUInt8(rest, this.#length);
  }

  /** Everything so far. */
  end(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }
}

/** Bytes in, numbers out: each must be written with as few bytes as it needs. */
export class NumberDecoder {
  readonly #refuse: (reason: string) => Error;
  #value = 0;
  #bytes = 0;

  constructor(refuse: (reason: string) => Error) {
    this.#refuse = refuse;
  }

  /** Whether no number is begun. */
  get isBetween(): boolean {
    return this.#bytes === 0;
  }

  /** The number that this byte ends. */
  next(byte: number): number | undefined {
    this.#value += (byte & 0x7f) * 0x80 ** this.#bytes;
    this.#bytes += 1;
    if (byte >= 0x80) {
      if (this.#bytes === maxNumberBytes) throw this.#refuse('a number is too large');
      return undefined;
    }
    const value = this.#value;
    if (!Number.isSafeInteger(value)) throw this.#refuse('a number is too large');
    if (byte === 0 && this.#bytes > 1) throw this.#refuse('a number is written with more bytes than it needs');
    this.#value = 0;
    this.#bytes = 0;
    return value;
  }
}

/** A number of either sign as an unsigned one: small ones stay small. */
export function zigzag(value: number): number {
  return value < 0 ? -value * 2 - 1 : value * 2;
}

/** What `zigzag` was given. */
export function fromZigzag(value: number): number {
  return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
}
