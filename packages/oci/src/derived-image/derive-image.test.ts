import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { packTar } from 'modern-tar';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { blobPath } from '../blob-file.ts';
import { indexSchema, manifestSchema, mediaTypes } from '../descriptor.ts';
import { type Digest, digestOf } from '../digest.ts';
import { ImageSources } from '../image-source/image-sources.ts';
import { LayoutWriter } from '../layout.ts';
import { addDerivedImage, type DerivedPlatform } from './derive-image.ts';
import { addFileLayer } from './file-layer.ts';

const never = new AbortController().signal;
const start = { entrypoint: ['/usr/local/bin/tool'], user: '65532:65532', labels: { made: 'here' } };
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-derived-'));
  writeFileSync(join(folder, 'tool'), 'a program');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function tarOf(names: readonly string[]): Promise<Buffer> {
  const header = (name: string) => ({ name, size: 1, mode: 0o644, mtime: new Date(0), uid: 0, gid: 0 });
  return Buffer.from(await packTar(names.map((name) => ({ header: header(name), body: 'x' }))));
}

/** An image for these processors of one layer with these files, in one way of compression. */
async function writeBase(
  architectures: readonly string[],
  names: readonly string[],
  [mediaType, pack]: readonly [string, (tar: Buffer) => Buffer] = [mediaTypes.layerGzip, (tar) => gzipSync(tar)],
): Promise<void> {
  const layout = await LayoutWriter.create(join(folder, 'base'));
  const manifests = [];
  for (const architecture of architectures) {
    const tar = await tarOf(names);
    const layer = await layout.addBlob(pack(tar), { mediaType });
    const config = {
      architecture,
      os: 'linux',
      variant: 'v1',
      config: { Env: ['A=b'], Cmd: ['/bin/sh'], Labels: { base: 'there' } },
      rootfs: { type: 'layers', diff_ids: [digestOf(tar)] },
    };
    const described = await layout.addBlob(Buffer.from(JSON.stringify(config)), { mediaType: mediaTypes.config });
    const manifest = await layout.addManifest({ schemaVersion: 2, config: described, layers: [layer] });
    manifests.push({ ...manifest, platform: { architecture, os: 'linux' } });
  }
  const [only] = manifests;
  const whole =
    manifests.length === 1 && only !== undefined ? only : await layout.addManifest({ schemaVersion: 2, manifests });
  layout.addIndexEntry(whole, 'base');
  await layout.finish();
}

const platform = (architecture: string, needs: readonly string[] = ['libc.so.6']): DerivedPlatform => ({
  architecture,
  needs,
  files: [{ name: 'usr/local/bin/tool', mode: 0o755, path: join(folder, 'tool') }],
});

async function derive(platforms: readonly DerivedPlatform[], into = 'made') {
  const path = join(folder, into);
  const layout = await LayoutWriter.create(path);
  await using sources = new ImageSources({ folder, env: {} });
  const { images, source } = await sources.open('oci:base', 'base.example/base:1');
  const digest = images[0]?.descriptor.digest ?? 'sha256:';
  const base = { source, digest, name: 'oci:base' };
  return await addDerivedImage(layout, path, { base, platforms, start, madeBy: 'a test' }, never);
}

const textOf = (digest: Digest): string => readFileSync(blobPath(join(folder, 'made'), digest), 'utf8');
const manifestOf = (digest: Digest) => manifestSchema.parse(JSON.parse(textOf(digest)));
const configOf = (digest: Digest) =>
  z
    .looseObject({ config: z.looseObject({}), rootfs: z.object({ diff_ids: z.array(z.string()) }) })
    .parse(JSON.parse(textOf(digest)));

describe('an image that is made on another', () => {
  it('is for each processor that one with a layer more, and starts the program', async () => {
    await writeBase(['amd64', 'arm64'], ['lib/libc.so.6']);
    const made = await derive([platform('amd64'), platform('arm64')]);
    const index = indexSchema.parse(JSON.parse(textOf(made.digest)));
    expect(index.manifests.map((one) => one.platform)).toEqual([
      { architecture: 'amd64', os: 'linux' },
      { architecture: 'arm64', os: 'linux' },
    ]);
    const { layers, config } = manifestOf(index.manifests[1]?.digest ?? made.digest);
    expect(configOf(config.digest)).toMatchObject({
      architecture: 'arm64',
      variant: 'v1',
      config: { Env: ['A=b'], Entrypoint: start.entrypoint, User: start.user, Labels: { base: 'there', made: 'here' } },
      rootfs: { diff_ids: [expect.any(String), expect.any(String)] },
    });
    expect(configOf(config.digest).config).not.toHaveProperty('Cmd');
    const added = gunzipSync(readFileSync(blobPath(join(folder, 'made'), layers[1]?.digest ?? made.digest)));
    expect(configOf(config.digest).rootfs.diff_ids[1]).toBe(digestOf(added));
    mkdirSync(join(folder, 'out'));
    execFileSync('tar', ['-C', join(folder, 'out'), '-xf', '-'], { input: added });
    expect(readFileSync(join(folder, 'out', 'usr/local/bin/tool'), 'utf8')).toBe('a program');
  });

  it('is the same image each time', async () => {
    await writeBase(['amd64'], ['lib/libc.so.6']);
    expect(await derive([platform('amd64')], 'again')).toEqual(await derive([platform('amd64')]));
  });

  it.each<[string, readonly [string, (tar: Buffer) => Buffer]]>([
    ['zstd', ['application/vnd.oci.image.layer.v1.tar+zstd', (tar) => zstdCompressSync(tar)]],
    ['nothing', [mediaTypes.layerTar, (tar) => tar]],
    ['gzip, as Docker calls it', ['application/vnd.docker.image.rootfs.diff.tar.gzip', (tar) => gzipSync(tar)]],
  ])('finds its libraries in layers that are compressed with %s', async (_how, compression) => {
    await writeBase(['amd64'], ['usr/lib/x86_64-linux-gnu/libc.so.6'], compression);
    const made = await derive([platform('amd64')]);
    expect(manifestOf(made.digest).layers[0]?.mediaType).toMatch(/^application\/vnd\.oci\.image\.layer\.v1\.tar/);
    await expect(derive([platform('amd64', ['libm.so.6'])])).rejects.toMatchObject({
      code: 'IMAGE_BASE_UNFIT',
      message: expect.stringContaining('lacks libm.so.6'),
    });
  });

  it.each<[string, () => Promise<void>, string]>([
    ['another processor', () => writeBase(['arm64'], ['libc.so.6']), 'nothing for linux/amd64, but linux/arm64'],
    [
      'a layer that is no archive',
      () => writeBase(['amd64'], [], [mediaTypes.layerTar, () => Buffer.alloc(2048, 'x')]),
      'cannot be read: it is not a tar',
    ],
    [
      'a layer that is cut',
      () => writeBase(['amd64'], ['a'], [mediaTypes.layerTar, (tar) => tar.subarray(0, 700)]),
      'it ends in the middle',
    ],
    [
      'a layer that does not unpack',
      () => writeBase(['amd64'], ['a'], [mediaTypes.layerGzip, () => Buffer.from('no gzip')]),
      'cannot be read',
    ],
  ])('is not made on one with %s', async (_what, write, message) => {
    await write();
    await expect(derive([platform('amd64')])).rejects.toMatchObject({
      code: 'IMAGE_BASE_UNFIT',
      message: expect.stringContaining(message),
    });
  });

  it('says why a layer could not be written, and why a file could not be read', async () => {
    const full = {
      addBlob: async (chunks: AsyncIterable<Uint8Array>) => {
        for await (const _ of chunks) throw new Error('the disk is full');
      },
    } as unknown as LayoutWriter;
    writeFileSync(join(folder, 'large'), Buffer.alloc(8 * 1024 * 1024, 'x'));
    const file = (path: string) => [{ name: 'a', mode: 0o644, path: join(folder, path) }];
    await expect(addFileLayer(full, file('large'), never)).rejects.toThrow('the disk is full');
    const layout = await LayoutWriter.create(join(folder, 'made'));
    await expect(addFileLayer(layout, file('nowhere'), never)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
    await expect(addFileLayer(layout, file('large'), AbortSignal.abort())).rejects.toThrow('aborted');
  });
});
