import { createHash, type Hash } from 'node:crypto';
import { SealiftError } from '@sealift/core/errors';
import type { DigestAlgorithm, FileDigest } from './manifest-file.ts';

/** Hashes a file while it streams and compares it at its end. */
export class CheckedFile {
  readonly #name: string;
  readonly #place: string;
  /** Undefined while the manifest is still to come: then every algorithm is computed. */
  readonly #expected: FileDigest | 'later' | undefined;
  #digests = new Map<DigestAlgorithm, string>();

  constructor(name: string, expected: FileDigest | 'later' | undefined, place: string) {
    this.#name = name;
    this.#expected = expected;
    this.#place = place;
  }

  /** In hex, after the file was read to its end. */
  digest(algorithm: DigestAlgorithm): string | undefined {
    return this.#digests.get(algorithm);
  }

  /** Passes chunks on, the last one only when the digest is right. @throws OVA_DIGEST_MISMATCH */
  async *pass(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    const hashes = new Map<DigestAlgorithm, Hash>(this.#algorithms().map((name) => [name, createHash(name)]));
    this.#digests.clear();
    let held: Uint8Array | undefined;
    for await (const chunk of chunks) {
      for (const hash of hashes.values()) hash.update(chunk);
      if (held !== undefined) yield held;
      held = chunk;
    }
    for (const [name, hash] of hashes) this.#digests.set(name, hash.digest('hex'));
    if (this.#expected !== undefined && this.#expected !== 'later') this.compare(this.#expected);
    if (held !== undefined) yield held;
  }

  /** @throws OVA_DIGEST_MISMATCH */
  compare({ algorithm, hex }: FileDigest): void {
    const actual = this.#digests.get(algorithm);
    if (actual === hex) return;
    throw new SealiftError('OVA_DIGEST_MISMATCH', {
      values: { file: this.#name, algorithm, expected: hex, actual: actual ?? 'unknown' },
      place: this.#place,
    });
  }

  #algorithms(): readonly DigestAlgorithm[] {
    if (this.#expected === 'later') return ['sha1', 'sha256', 'sha512'];
    // One pass over gigabytes: what vCenter received is compared in the same digest where it can tell that.
    return [this.#expected?.algorithm ?? 'sha256'];
  }
}
