import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { randomBytes } from '../../packages/bundle/src/differential/testing/sample-content.ts';

const mebibyte = 2 ** 20;
const pieceBytes = mebibyte;
/** A layer that was compressed before: this much text becomes about a third. */
const textInCompressedBytes = 24 * mebibyte;
const compress = promisify(gzip);

/** What the blobs of a bundle hold: text and empty pages compress well, random and already compressed bytes do not. */
export const contentKinds = ['text', 'random', 'compressed', 'empty'] as const;
export type ContentKind = (typeof contentKinds)[number];

/** Streams content of a kind, the same for each seed; of `compressed` it is a whole number of gzip members. */
export async function* contentOf(
  kind: ContentKind,
  seed: string,
  sizeBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let member = Buffer.alloc(0);
  for (let at = 0, index = 0; at < sizeBytes; index += 1) {
    const length = Math.min(pieceBytes, sizeBytes - at);
    if (kind === 'compressed') {
      if (member.length === 0) member = await compress(text(`${seed} ${index}`, textInCompressedBytes), { level: 1 });
      const piece = member.subarray(0, length);
      member = member.subarray(piece.length);
      at += piece.length;
      yield piece;
      continue;
    }
    at += length;
    yield pieceOf(kind, `${seed} ${index}`, length);
  }
}

function pieceOf(kind: Exclude<ContentKind, 'compressed'>, seed: string, length: number): Uint8Array {
  if (kind === 'empty') return Buffer.alloc(length);
  return kind === 'text' ? text(seed, length) : randomBytes(seed, length);
}

const words = Array.from({ length: 256 }, (_, index) => {
  const word = ['kubernetes', 'container', 'node', 'volume', 'network', 'policy', 'service', 'image'][index % 8] ?? '';
  return Buffer.from(`${word}-${index} `, 'latin1');
});

/** Words in an order that the seed decides. */
function text(seed: string, length: number): Buffer {
  const picks = randomBytes(seed, Math.ceil(length / 8));
  const content = Buffer.alloc(length, '.');
  let at = 0;
  for (const pick of picks) {
    if (at >= length) break;
    at += words[pick]?.copy(content, at) ?? 0;
  }
  return content;
}
