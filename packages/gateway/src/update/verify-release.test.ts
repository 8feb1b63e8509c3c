import { generateKeyPair } from '@sealift/bundle/minisign';
import { makeReleaseFiles } from '@sealift/bundle/release-marker';
import { type Release, releaseSchema } from '@sealift/core/release';
import { digestOf } from '@sealift/oci/digest';
import { describe, expect, it } from 'vitest';
import type { Memory } from '../memory.ts';
import { type MarkerTexts, verifyOffer } from './verify-release.ts';

const vendor = generateKeyPair();
const sha256 = 'a'.repeat(64);
const digest = `sha256:${'b'.repeat(64)}`;

function release(more: Partial<Release['spec']> = {}, product = 'Harbor View', version = '5.1.0'): Release {
  const layer = { layer: 'os', version: '22.04', digest } as const;
  return releaseSchema.parse({
    apiVersion: 'sealift.dev/v1',
    kind: 'Release',
    metadata: { product, version },
    spec: {
      kubernetes: { version: '1.27.4', supported: '>=1.26 <1.28' },
      gateway: { version: '2.0.0', minimum: '1.0.0' },
      layers: [{ ...layer, pack: 'ubuntu' }],
      packs: [{ ...layer, name: 'ubuntu', sizeBytes: 1 }],
      images: [],
      tools: [{ name: 'sealift-gateway', platform: 'linux/amd64', sha256, digest, sizeBytes: 1000 }],
      ...more,
    },
  });
}

/** A marker as a registry holds it. */
function marker(content: Release, key = vendor): { texts: MarkerTexts; digest: string } {
  const { json, signature } = makeReleaseFiles(content, key);
  const layer = (mediaType: string, bytes: Buffer) => ({ mediaType, digest: digestOf(bytes), size: bytes.length });
  const config = Buffer.from('{}');
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: layer('application/vnd.sealift.release.v1', config),
    layers: [
      layer('application/vnd.sealift.release.v1+json', json),
      layer('application/vnd.sealift.minisign.v1', signature),
    ],
  });
  const texts = { manifest, release: json.toString(), signature: signature.toString() };
  return { texts, digest: digestOf(Buffer.from(manifest)) };
}

const memory: Memory = { product: 'Harbor View', newest: null, failure: null };
const trust = { platform: 'linux/amd64', version: '1.0.0', memory, keys: [vendor.publicKey] } as const;
const offerOf = ({ digest: found }: { digest: string }) => ({ release: found, version: '2.0.0', sha256, attempt: 1 });

describe('what a console offers a gateway', () => {
  it('is taken as the signed release names it, whatever the console says of its size', async () => {
    const good = marker(release());
    expect(await verifyOffer(offerOf(good), good.texts, trust)).toMatchObject({
      version: '2.0.0',
      sha256,
      sizeBytes: 1000,
      product: 'Harbor View',
    });
  });

  const good = marker(release());
  const tools = release().spec.tools ?? [];
  const [tool] = tools;
  if (tool === undefined) throw new Error('the sample has a tool');
  const other = marker(release({ tools: [{ ...tool, sha256: 'c'.repeat(64) }] }));
  const foreign = marker(release(), generateKeyPair());
  const huge = marker(release({ tools: [{ ...tool, sizeBytes: 2 ** 40 }] }));
  const noTool = marker(release({ tools: [] }));
  const otherProduct = marker(release({}, 'Other Platform'));
  const tampered = { ...good, texts: { ...good.texts, release: good.texts.release.replace('1000', '9999') } };

  it.each([
    ['signed by a key that this machine does not trust', foreign, {}, 'trusted'],
    ['with no key trusted', good, { keys: [] }, 'trusted'],
    ['changed after it was signed', tampered, {}, 'is not there'],
    ['under the digest of another release', { ...good, digest: other.digest }, {}, 'is not there'],
    ['with the executable of another release (mix and match)', other, {}, 'not what is offered'],
    ['of another platform by the same vendor', otherProduct, {}, 'belongs to Harbor View'],
    ['older than what runs (rollback)', good, { version: '3.0.0' }, 'not newer than 3.0.0'],
    ['the same as what runs', good, { version: '2.0.0' }, 'not newer than 2.0.0'],
    [
      'older than what has run here, replayed',
      good,
      { memory: { ...memory, newest: { version: '2.5.0', sha256 } } },
      'not newer than 2.5.0',
    ],
    ['of a size that no executable has (endless data)', huge, {}, 'bytes'],
    ['without an executable for this machine', noTool, {}, 'no gateway for linux/amd64'],
    ['for other machines', good, { platform: 'linux/arm64' as const }, 'no gateway for linux/arm64'],
  ])('is refused when it is %s', async (_, offered, more, words) => {
    await expect(verifyOffer(offerOf(offered), offered.texts, { ...trust, ...more })).rejects.toMatchObject({
      code: 'GATEWAY_UPDATE_REFUSED',
      message: expect.stringContaining(words),
    });
  });
});
