import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalJson } from '@sealift/core/canonical-json';
import { SealiftError } from '@sealift/core/errors';
import { type Manifest, mediaTypes } from '@sealift/oci/descriptor';
import { type Digest, digestOf } from '@sealift/oci/digest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { artifactTypes, layerTypes } from '../artifact/artifact-types.ts';
import { createBundle, type CreatedBundle } from '../create/create-bundle.ts';
import { generateKeyPair } from '../minisign/keys.ts';
import { writeSmallRelease } from '@sealift/testkit/small-release';
import { sign, startPrehash } from '../minisign/signature.ts';
import type { MarkerSource } from './marker-source.ts';
import { makeReleaseFiles, readReleaseMarker } from './release-marker.ts';

const secretKey = generateKeyPair();
let folder: string;
let created: CreatedBundle;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-marker-'));
  const releaseFile = await writeSmallRelease(folder);
  created = await createBundle({ releaseFile, output: join(folder, 'x'), secretKey, executables: [], dryRun: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A marker with any two files, and where to read it from. */
function marker(json: Uint8Array, signature: Uint8Array, change: (manifest: Manifest) => Manifest = (same) => same) {
  const blobs = new Map<Digest, Uint8Array>([json, signature].map((bytes) => [digestOf(bytes), bytes]));
  const layer = (mediaType: string, bytes: Uint8Array) => ({
    mediaType,
    digest: digestOf(bytes),
    size: bytes.byteLength,
  });
  const manifest = change({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    artifactType: artifactTypes.release,
    config: layer(mediaTypes.empty, Buffer.from('{}')),
    layers: [layer(layerTypes.releaseJson, json), layer(layerTypes.signature, signature)],
  });
  const bytes = Buffer.from(canonicalJson(manifest));
  const source: MarkerSource = {
    manifest: () => Promise.resolve(bytes),
    blob: (digest) => Promise.resolve(chunksOf(blobs.get(digest) ?? Buffer.alloc(0))),
  };
  return { source, digest: digestOf(bytes) };
}

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

async function refusal(source: MarkerSource, digest: Digest): Promise<SealiftError> {
  try {
    await readReleaseMarker(source, digest, [secretKey.publicKey]);
  } catch (error) {
    if (error instanceof SealiftError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('readReleaseMarker', () => {
  it('gives the release that was signed, its digest and the key', async () => {
    const { json, signature } = makeReleaseFiles(created.release, secretKey);
    const { source, digest } = marker(json, signature);
    const verified = await readReleaseMarker(source, digest, [secretKey.publicKey]);
    expect(verified).toMatchObject({ release: created.release, digest, keyId: secretKey.publicKey.keyId });
  });

  it('refuses a key that is not trusted, with its fingerprint', async () => {
    const stranger = generateKeyPair();
    const { json, signature } = makeReleaseFiles(created.release, stranger);
    const { source, digest } = marker(json, signature);
    const error = await refusal(source, digest);
    expect(error.code).toBe('SIGNATURE_KEY_UNTRUSTED');
    expect(error.message).toContain(stranger.publicKey.fingerprint);
  });

  it('refuses a release that was changed after it was signed', async () => {
    const { json, signature } = makeReleaseFiles(created.release, secretKey);
    const changed = Buffer.from(json.toString().replace('4.2.13', '4.2.14'));
    const { source, digest } = marker(changed, signature);
    expect((await refusal(source, digest)).code).toBe('SIGNATURE_WRONG');
  });

  it('refuses a manifest that is another than the digest says', async () => {
    const { json, signature } = makeReleaseFiles(created.release, secretKey);
    const { source } = marker(json, signature);
    expect((await refusal(source, digestOf('other'))).code).toBe('CONTENT_DIGEST_MISMATCH');
  });

  it('refuses a release that was signed in another than its canonical form', async () => {
    const json = Buffer.from(JSON.stringify(created.release, null, 1));
    const signature = Buffer.from(sign(secretKey, startPrehash().update(json), 'release x 1'));
    const { source, digest } = marker(json, signature);
    const error = await refusal(source, digest);
    expect([error.code, error.message]).toEqual(['RELEASE_MARKER_INVALID', expect.stringContaining('canonical JSON')]);
  });

  it('refuses artifacts of another type or with other layers', async () => {
    const { json, signature } = makeReleaseFiles(created.release, secretKey);
    const changes: ((manifest: Manifest) => Manifest)[] = [
      (manifest) => ({ ...manifest, artifactType: 'application/vnd.example' }),
      (manifest) => ({ ...manifest, layers: manifest.layers.slice(0, 1) }),
      (manifest) => ({ ...manifest, layers: manifest.layers.toReversed() }),
      (manifest) => ({ ...manifest, layers: [...manifest.layers, ...manifest.layers.slice(1)] }),
      ...[0, 1].map((at) => (manifest: Manifest) => ({
        ...manifest,
        layers: manifest.layers.map((layer, index) => (index === at ? { ...layer, mediaType: 'text/plain' } : layer)),
      })),
    ];
    for (const change of changes) {
      const { source, digest } = marker(json, signature, change);
      expect((await refusal(source, digest)).code).toBe('RELEASE_MARKER_INVALID');
    }
  });

  it('does not read more than a release can be', async () => {
    const { json, signature } = makeReleaseFiles(created.release, secretKey);
    const large = (manifest: Manifest): Manifest => ({
      ...manifest,
      layers: manifest.layers.map((layer) => ({ ...layer, size: 1024 ** 3 })),
    });
    const { source, digest } = marker(json, signature, large);
    expect((await refusal(source, digest)).code).toBe('INPUT_TOO_LARGE');
  });
});
