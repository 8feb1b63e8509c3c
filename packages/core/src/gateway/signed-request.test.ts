import { describe, expect, it } from 'vitest';
import { readSignature, signatureBase, signatureHeaders, signedHeaders } from './signed-request.ts';

const request = {
  method: 'POST',
  path: '/api/v1/gateway/report',
  query: '?',
  contentDigest: `sha-256=:${'A'.repeat(43)}=:`,
  sequence: 12,
  gatewayId: '0b7d0b5e-6a34-4f5e-9d6c-0123456789ab',
};
const signature = `${'B'.repeat(86)}==`;

describe('the signature of a gateway', () => {
  it('covers what the request does, and reads as it was written', () => {
    expect(signatureBase(request)).toBe(
      [
        '"@method": POST',
        '"@path": /api/v1/gateway/report',
        '"@query": ?',
        `"content-digest": ${request.contentDigest}`,
        '"sealift-sequence": 12',
        '"@signature-params": ("@method" "@path" "@query" "content-digest" "sealift-sequence");keyid="0b7d0b5e-6a34-4f5e-9d6c-0123456789ab";alg="ed25519"',
      ].join('\n'),
    );
    const { gatewayId, contentDigest, sequence } = request;
    expect(readSignature(signedHeaders(request, signature))).toEqual({ gatewayId, contentDigest, sequence, signature });
  });

  it.each([
    ['without the header', signatureHeaders.signature, undefined],
    ['sent twice', signatureHeaders.input, ['a', 'b']],
    ['over fewer components', signatureHeaders.input, `gateway=("@method");keyid="${request.gatewayId}";alg="ed25519"`],
    ['by another algorithm', signatureHeaders.input, 'none'],
    ['with a number that cannot be exact', signatureHeaders.sequence, '9999999999999999'],
    ['with a number of another form', signatureHeaders.sequence, '1e3'],
    ['with another digest', signatureHeaders.digest, 'md5=:AAAA:'],
  ])('is none %s', (_, header, value) => {
    expect(readSignature({ ...signedHeaders(request, signature), [header]: value })).toBeUndefined();
  });
});
