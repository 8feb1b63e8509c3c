const blockBytes = 128;
const mask = (1n << 64n) - 1n;

/** The initial values of SHA-512 (RFC 7693, section 2.6). */
const initial = [
  0x6a09e667f3bcc908n,
  0xbb67ae8584caa73bn,
  0x3c6ef372fe94f82bn,
  0xa54ff53a5f1d36f1n,
  0x510e527fade682d1n,
  0x9b05688c2b3e6c1fn,
  0x1f83d9abfb41bd6bn,
  0x5be0cd19137e2179n,
];

/** Which words of the message each round mixes in (section 2.7), a hex digit for each; the last two rounds are as the first two. */
const schedule = [
  '0123456789abcdef',
  'ea489fd61c02b753',
  'b8c052fdae367194',
  '7931dcbe265a40f8',
  '905724afe1bc683d',
  '2c6a0b834d75fe19',
  'c51fed4a0763928b',
  'db7ec13950f4862a',
  '6fe9b308c2d714a5',
  'a2847615fb9e3cd0',
  '0123456789abcdef',
  'ea489fd61c02b753',
];

/** Columns, then diagonals of the four by four words of the state. */
const quarters = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
] as const;

/**
 * BLAKE2b (RFC 7693) without a key, of a message of one block. Node.js has it with 64 bytes of digest only, and minisign's key files
 * carry one of 32, which is not a part of the other.
 *
 * @param message of at most 128 bytes
 */
export function blake2b(message: Uint8Array, digestBytes: number): Buffer {
  if (message.length > blockBytes) throw new RangeError('a message of more than one block');
  const block = Buffer.alloc(blockBytes);
  block.set(message);
  const words = new BigUint64Array(16).map((_, index) => block.readBigUInt64LE(index * 8));
  const begin = new BigUint64Array(initial);
  begin[0] = word(begin, 0) ^ 0x01010000n ^ BigInt(digestBytes);
  const state = new BigUint64Array([...begin, ...initial]);
  state[12] = word(state, 12) ^ BigInt(message.length);
  state[14] = word(state, 14) ^ mask;
  for (const order of schedule) {
    for (const [index, quarter] of quarters.entries()) {
      const first = word(words, Number.parseInt(order.charAt(2 * index), 16));
      const second = word(words, Number.parseInt(order.charAt(2 * index + 1), 16));
      mix(state, quarter, first, second);
    }
  }
  const digest = Buffer.alloc(64);
  for (let index = 0; index < 8; index += 1) {
    digest.writeBigUInt64LE(word(begin, index) ^ word(state, index) ^ word(state, index + 8), index * 8);
  }
  return digest.subarray(0, digestBytes);
}

/** The function G (section 3.1). */
function mix(state: BigUint64Array, [a, b, c, d]: (typeof quarters)[number], first: bigint, second: bigint): void {
  state[a] = word(state, a) + word(state, b) + first;
  state[d] = rotate(word(state, d) ^ word(state, a), 32n);
  state[c] = word(state, c) + word(state, d);
  state[b] = rotate(word(state, b) ^ word(state, c), 24n);
  state[a] = word(state, a) + word(state, b) + second;
  state[d] = rotate(word(state, d) ^ word(state, a), 16n);
  state[c] = word(state, c) + word(state, d);
  state[b] = rotate(word(state, b) ^ word(state, c), 63n);
}

function rotate(value: bigint, bits: bigint): bigint {
  return (value >> bits) | ((value << (64n - bits)) & mask);
}

function word(words: BigUint64Array, index: number): bigint {
  return words[index] ?? 0n;
}
