import { createHash, createHmac } from 'node:crypto';
import { canonicalJson } from '@sealift/core/canonical-json';
import { SealiftError } from '@sealift/core/errors';
import type { FastifyRequest } from 'fastify';

/** What is told apart: who asks with which key, and for what. */
export interface Asked {
  readonly accountId: string;
  /** SHA-256 of the key, in hex. */
  readonly keyHash: string;
  /** HMAC-SHA-256 of the request under the key, in hex: whoever reads the store learns no password of a body from it. */
  readonly fingerprint: string;
}

/**
 * What a request asks for, under the key that it carries: a structured header of one string (draft-ietf-httpapi-idempotency-key-header, RFC 9651),
 * or the same without quotes.
 *
 * @throws INPUT_INVALID where the header is no such string of at most 128 characters
 */
export function askedFor(request: FastifyRequest, accountId: string, header: string): Asked {
  const key = keyIn(header);
  const { method, url, body } = request;
  return {
    accountId,
    keyHash: createHash('sha256').update(key).digest('hex'),
    fingerprint: createHmac('sha256', key)
      .update(canonicalJson([method, url, body ?? null]))
      .digest('hex'),
  };
}

/** Printable ASCII without quotes, backslashes and commas: neither escapes nor lists of keys. */
const token = '[\\x21\\x23-\\x2b\\x2d-\\x5b\\x5d-\\x7e]{1,128}';
const quoted = new RegExp(`^"(${token})"$`);
const bare = new RegExp(`^(${token})$`);

function keyIn(header: string): string {
  const [, key] = quoted.exec(header) ?? bare.exec(header) ?? [];
  if (key !== undefined) return key;
  const reason = 'expected one string of at most 128 characters, such as "5d8f2c1e-7b7a-4c5d-9f0e-2a6b1c3d4e5f"';
  throw new SealiftError('INPUT_INVALID', {
    place: 'Idempotency-Key',
    values: { what: 'the header Idempotency-Key', reason },
  });
}
