import { createHash, createPublicKey, verify } from 'node:crypto';
import { SealiftError } from '@sealift/core/errors';
import { readSignature, signatureBase } from '@sealift/core/gateway';
import type { FastifyRequest } from 'fastify';
import type { SignedBy } from '../http/principal.ts';
import type { Db } from '../store/store.ts';

/**
 * Finds out which gateway signed a request, by its headers alone: the body is compared with the signed digest when it was read.
 *
 * @throws GATEWAY_UNKNOWN
 */
export function signedByGateway(db: Db): (request: FastifyRequest) => Promise<SignedBy> {
  return async (request) => {
    const claimed = readSignature(request.headers);
    if (claimed === undefined) throw unknown('it carries no signature of a gateway');
    const { gatewayId, signature, contentDigest, sequence } = claimed;
    const row = await db
      .selectFrom('gateway')
      .select(['name', 'site', 'public_key'])
      .where('id', '=', gatewayId)
      .executeTakeFirst();
    if (row === undefined) throw unknown('none has the identity that it names');
    const [path, query] = splitQuery(request.url);
    const base = signatureBase({ method: request.method, path, query, contentDigest, sequence, gatewayId });
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: row.public_key }, format: 'jwk' });
    if (!verify(null, Buffer.from(base), key, Buffer.from(signature, 'base64'))) {
      throw unknown(`the signature is not of the key of ${row.name}`);
    }
    const { name, site } = row;
    return { id: gatewayId, name, site, address: request.ip, sequence, contentDigest };
  };
}

/** RFC 9530: the digest of a body as a header tells it. */
export function contentDigestOf(body: Uint8Array): string {
  return `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
}

function splitQuery(url: string): [path: string, query: string] {
  const at = url.indexOf('?');
  return at < 0 ? [url, '?'] : [url.slice(0, at), url.slice(at)];
}

function unknown(reason: string): SealiftError {
  return new SealiftError('GATEWAY_UNKNOWN', { values: { reason } });
}
