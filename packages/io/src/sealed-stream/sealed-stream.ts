import { createCipheriv, createDecipheriv } from 'node:crypto';

/** Bytes of plain text in every chunk but the last one. */
const chunkBytes = 64 * 1024;
const tagBytes = 16;
const sealedBytes = chunkBytes + tagBytes;
const algorithm = 'aes-256-gcm';

/** What was sealed was changed, cut or put in another order, or is sealed with another key. */
export class SealedStreamDamaged extends Error {
  /** From 0. */
  readonly chunk: number;

  constructor(chunk: number, reason: string) {
    super(`chunk ${chunk} ${reason}`);
    this.chunk = chunk;
  }
}

/**
 * Seals a stream chunk by chunk with AES-256-GCM: the nonce of a chunk is its number and whether it is the last one (STREAM: Hoang, Reyhanitabar,
 * Rogaway and Vizár, "Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", 2015; chunks and nonces as in the payload of age, C2SP "age").
 * So a chunk that was changed, moved, left out or taken from another stream is found, and a stream that was cut is too.
 *
 * @param key 32 bytes, of this stream alone: a second stream under it would use the same nonces
 */
export async function* sealStream(source: AsyncIterable<Uint8Array>, key: Uint8Array): AsyncGenerator<Buffer> {
  let number = 0;
  for await (const { bytes, isLast } of chunksOf(source, chunkBytes)) {
    const cipher = createCipheriv(algorithm, key, nonceOf(number, isLast));
    yield Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
    number += 1;
  }
}

/** The plain text of what {@link sealStream} sealed; nothing of a chunk is handed on before it is proven. @throws SealedStreamDamaged */
export async function* openSealedStream(source: AsyncIterable<Uint8Array>, key: Uint8Array): AsyncGenerator<Buffer> {
  let number = 0;
  for await (const { bytes, isLast } of chunksOf(source, sealedBytes)) {
    yield openChunk(bytes, key, number, isLast);
    number += 1;
  }
}

function openChunk(sealed: Buffer, key: Uint8Array, number: number, isLast: boolean): Buffer {
  const end = sealed.length - tagBytes;
  // Only a stream of nothing ends with an empty chunk: one more would hide a cut at the border of the chunk before.
  if (end < 0 || (end === 0 && number > 0)) throw new SealedStreamDamaged(number, 'is too short');
  const decipher = createDecipheriv(algorithm, key, nonceOf(number, isLast), { authTagLength: tagBytes });
  decipher.setAuthTag(sealed.subarray(end));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()]);
  } catch {
    throw new SealedStreamDamaged(number, 'is not what was sealed');
  }
}

/** Eleven bytes of number and one that marks the end. */
function nonceOf(number: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(number, 5, 6);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}

/** Pieces of one size; the last one is known as such, and is empty only where all is. */
async function* chunksOf(
  source: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<{ readonly bytes: Buffer; readonly isLast: boolean }> {
  let held: Buffer = Buffer.alloc(0);
  for await (const some of source) {
    held = held.length === 0 ? Buffer.from(some) : Buffer.concat([held, some]);
    let at = 0;
    for (; held.length - at > size; at += size) yield { bytes: held.subarray(at, at + size), isLast: false };
    held = held.subarray(at);
  }
  yield { bytes: held, isLast: true };
}
