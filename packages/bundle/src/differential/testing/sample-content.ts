import { createCipheriv, createHash } from 'node:crypto';

/** Bytes without any pattern, the same for each seed: AES-256 in counter mode over zeros. */
export function randomBytes(seed: string, length: number): Buffer {
  const key = createHash('sha256').update(seed).digest();
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(length));
}

/** Content as a stream of pieces. */
export async function* inPieces(content: Buffer, pieceBytes = 100_000): AsyncGenerator<Uint8Array, void, undefined> {
  for (let start = 0; start < content.length; start += pieceBytes) {
    yield await Promise.resolve(content.subarray(start, start + pieceBytes));
  }
}
