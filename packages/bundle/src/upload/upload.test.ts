import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { SealiftError } from '@sealift/core/errors';
import { parseDigest } from '@sealift/oci/digest';
import { toolReference } from '@sealift/oci/reference';
import { RegistryClient } from '@sealift/oci/registry-client';
import { type DockerRegistry, startDockerRegistry } from '@sealift/testkit/docker-registry';
import { peer } from '@sealift/testkit/peers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createBundle } from '../create/create-bundle.ts';
import { generateKeyPair } from '../minisign/keys.ts';
import { openBundle } from '../read/open-bundle.ts';
import { markersInRegistry } from '../release-marker/marker-source.ts';
import { readReleaseMarker } from '../release-marker/release-marker.ts';
import { scriptedExecutable } from '../testing/small-bundle.ts';
import { writeSmallRelease } from '@sealift/testkit/small-release';
import { installExecutable, previousExecutable, takeBackExecutable } from './install-executable.ts';
import { readBundleRelease, type UploadItem, uploadRelease } from './upload.ts';

const dockerRegistry = peer('docker-registry');
const secretKey = generateKeyPair();
const trustedKeys = [secretKey.publicKey];
let folder: string;
let path: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-upload-'));
  path = await bundleOf('release', () => undefined);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function bundleOf(name: string, change: (release: string) => void): Promise<string> {
  const release = join(folder, name);
  mkdirSync(release);
  const releaseFile = await writeSmallRelease(release);
  change(release);
  const gzipPath = join(release, 'sealift.gz');
  writeFileSync(gzipPath, gzipSync(scriptedExecutable));
  const output = join(folder, `${name}.bin`);
  await createBundle({ releaseFile, output, secretKey, executables: [{ architecture: 'amd64', gzipPath }] });
  return output;
}

describe('installExecutable', () => {
  it('unpacks the executable for the processor, in the place of an older one', async () => {
    await using bundle = await openBundle(path, { trustedKeys });
    const bin = join(folder, 'bin');
    for (const changed of [true, false]) {
      const installed = await installExecutable(bundle, bin, 'amd64');
      expect(installed).toEqual({ path: join(bin, 'sealift'), changed });
      expect(readFileSync(join(bin, 'sealift'), 'utf8')).toBe(scriptedExecutable);
      expect(statSync(join(bin, 'sealift')).mode & 0o111).toBe(0o111);
    }
    expect(await installExecutable(bundle, bin, 'arm64')).toBeUndefined();
  });

  it('keeps the one of before, and replaces nothing with one that is found unfit', async () => {
    await using bundle = await openBundle(path, { trustedKeys });
    const bin = join(folder, 'bin-of-two');
    mkdirSync(bin);
    const place = join(bin, 'sealift');
    writeFileSync(place, 'the one of before');
    const unfit = installExecutable(bundle, bin, 'amd64', async (candidate) => {
      expect(readFileSync(candidate, 'utf8')).toBe(scriptedExecutable);
      throw new SealiftError('EXECUTABLE_UNFIT', { values: { path: candidate, reason: 'no reason' } });
    });
    await expect(unfit).rejects.toMatchObject({ code: 'EXECUTABLE_UNFIT' });
    expect(readdirSync(bin)).toEqual(['sealift']);
    for (let time = 0; time < 2; time += 1) await installExecutable(bundle, bin, 'amd64');
    expect(readFileSync(previousExecutable(place), 'utf8')).toBe('the one of before');
    expect(readdirSync(bin).sort()).toEqual(['sealift', 'sealift.previous']);
    await takeBackExecutable(place);
    expect(readFileSync(place, 'utf8')).toBe('the one of before');
  });

  it('names a folder that it cannot write', async () => {
    await using bundle = await openBundle(path, { trustedKeys });
    await expect(installExecutable(bundle, path, 'amd64')).rejects.toThrow('cannot be written');
  });
});

describe.skipIf(dockerRegistry.missing)(`uploadRelease to docker-registry (${dockerRegistry.remedy})`, () => {
  let registry: DockerRegistry;
  let client: RegistryClient;

  beforeEach(async () => {
    registry = await startDockerRegistry(dockerRegistry);
    client = new RegistryClient({ registry: registry.registry, plainHttp: true });
  });
  afterEach(async () => {
    client.close();
    await registry.stop();
  });

  async function upload(file: string, items: UploadItem[] = []) {
    await using bundle = await openBundle(file, { trustedKeys });
    const release = await readBundleRelease(bundle);
    const packs = { client, base: 'site/packs' };
    const images = { client, base: 'site/images' };
    const result = await uploadRelease({ bundle, packs, images, release, onItem: (item) => items.push(item) });
    return { result, release };
  }

  it('sends packs, images, the node image, and last the marker that makes the release visible', async () => {
    const items: UploadItem[] = [];
    const { result, release } = await upload(path, items);
    expect(items.map(({ kind }) => kind)).toEqual(['pack', 'pack', 'pack', 'image', 'image', 'node-image', 'marker']);
    expect(result.items.every(({ state }) => state === 'pushed')).toBe(true);
    expect(await client.listTags('site/packs/sealift-catalog')).toEqual(['release-harborview-4.2.13']);
    expect(await client.listTags('site/images/docker.io/library/busybox')).toEqual(['1.36']);
    expect(await client.listTags('site/packs/sealift-node-images')).toEqual(['u-2204-0-k-12610-0']);
    const markers = markersInRegistry(client, 'site/packs/sealift-catalog');
    const read = await readReleaseMarker(markers, release.digest, trustedKeys);
    expect(read.release).toEqual(release.release);
  });

  it('pins the programs of a release, and sends them with it', async () => {
    const program = '#!/bin/sh\necho v4.3.1\n';
    const brings = await bundleOf('brings', (release) => {
      writeFileSync(join(release, 'helm'), program);
      const tool = '    tools: [ { name: helm, platform: linux/amd64, path: ./helm } ]\n';
      appendFileSync(join(release, 'release.yaml'), tool);
    });
    const items: UploadItem[] = [];
    const { release } = await upload(brings, items);
    expect(items.at(-2)).toEqual({ kind: 'tool', name: 'helm for linux/amd64' });
    const [tool, ...others] = 'release' in release ? (release.release.spec.tools ?? []) : [];
    expect(others).toEqual([]);
    if (tool === undefined) throw new Error('the release pins no program');
    const { repository, tag } = toolReference('site/packs', tool);
    expect(tag).toBe(`linux-amd64-${tool.sha256.slice(0, 12)}`);
    expect((await client.getManifest(repository, tag)).digest).toBe(tool.digest);
    const bytes = await text(await client.openBlob(repository, parseDigest(`sha256:${tool.sha256}`)));
    expect(bytes).toBe(program);
    expect(tool.sizeBytes).toBe(program.length);
  });

  it('sends nothing again', async () => {
    await upload(path);
    const { result } = await upload(path);
    expect(result.items.every(({ state }) => state === 'present')).toBe(true);
    expect(result.sentBytes).toBe(0);
  });

  it('stops before anything is sent when a tag is there with other content', async () => {
    await upload(path);
    const other = await bundleOf('other', (release) =>
      appendFileSync(join(release, 'packs/kubernetes-1.26.10/values.yaml'), '# changed\n'),
    );
    const error = await upload(other).catch((failure: unknown) => failure);
    expect(error).toBeInstanceOf(SealiftError);
    expect(error).toMatchObject({ code: 'REGISTRY_TAG_TAKEN' });
  });
});
