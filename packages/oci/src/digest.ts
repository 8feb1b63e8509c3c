import { createHash } from 'node:crypto';
import { SealiftError } from '@sealift/core/errors';

/** `sha256:` and 64 lower-case hex digits (OCI image-spec, descriptor.md#digests). No other algorithm is accepted. */
export type Digest = `sha256:${string}`;

const form = /^sha256:[0-9a-f]{64}$/;

/** Whether a text is a digest we accept. */
export function isDigest(text: string): text is Digest {
  return form.test(text);
}

/** @throws INPUT_INVALID when the text is not a SHA-256 digest. */
export function parseDigest(text: string, place?: string): Digest {
  if (isDigest(text)) return text;
  throw new SealiftError('INPUT_INVALID', {
    values: {
      what: 'the digest',
      reason: `expected sha256: and 64 hex digits, found ${JSON.stringify(text.slice(0, 80))}`,
    },
    ...(place === undefined ? {} : { place }),
  });
}

/** The digest of bytes held in memory. */
export function digestOf(bytes: Uint8Array | string): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
