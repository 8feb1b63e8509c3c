import { createHash } from 'node:crypto';
import { SealiftError } from '@sealift/core/errors';

/** The registered algorithms of the OCI image-spec (descriptor.md#registered-algorithms), with the length of their hex form. */
const hexLengths = { sha256: 64, sha512: 128 } as const;

/** A hash by which content is addressed. */
export type DigestAlgorithm = keyof typeof hexLengths;

/** A digest as this registry takes it. The rest of the product knows SHA-256 only, so content of ours has one identity. */
export type ContentDigest = `${DigestAlgorithm}:${string}`;

export const digestAlgorithms: readonly DigestAlgorithm[] = ['sha256', 'sha512'];

const form = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

/** Whether a text is a digest this registry takes. */
export function isContentDigest(text: string): text is ContentDigest {
  return form.test(text);
}

/** The algorithm of a digest. */
export function algorithmOf(digest: ContentDigest): DigestAlgorithm {
  return digest.startsWith('sha512:') ? 'sha512' : 'sha256';
}

/** The hex part, safe as a file name: checked again here, because paths are made from it. @throws INPUT_INVALID */
export function hexOf(digest: ContentDigest): string {
  if (isContentDigest(digest)) return digest.slice('sha256:'.length);
  throw new SealiftError('INPUT_INVALID', { values: { what: 'the digest', reason: 'it is not of a form known here' } });
}

/** The digest whose hex part a file is named by; the length tells the algorithm. Undefined for any other name. */
export function digestFromName(name: string): ContentDigest | undefined {
  const algorithm = digestAlgorithms.find((candidate) => hexLengths[candidate] === name.length);
  const digest = `${algorithm}:${name}`;
  return isContentDigest(digest) ? digest : undefined;
}

/** The digest of bytes held in memory. */
export function contentDigestOf(bytes: Uint8Array, algorithm: DigestAlgorithm = 'sha256'): ContentDigest {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}
