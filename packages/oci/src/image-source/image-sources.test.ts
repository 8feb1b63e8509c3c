import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type DockerRegistry, startDockerRegistry } from '@sealift/testkit/docker-registry';
import { peer } from '@sealift/testkit/peers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mediaTypes } from '../descriptor.ts';
import { digestOf } from '../digest.ts';
import { LayoutWriter } from '../layout.ts';
import { push } from '../push/push.ts';
import { walk } from '../push/walk.ts';
import { RegistryClient } from '../registry-client/client.ts';
import { readBounded } from '../verify-stream.ts';
import { ImageSources } from './image-sources.ts';
import { openLayout } from '../layout.ts';

const skopeo = peer('skopeo');
const dockerRegistry = peer('docker-registry');
const name = 'docker.io/library/busybox:1.36';
const layerTar = Buffer.concat([Buffer.from('not read by anybody'), Buffer.alloc(2000, 7)]);
let folder: string;
let layout: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-sources-'));
  layout = join(folder, 'layout');
  await writeLayout(layout);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** One image for two processors, and its first half alone under another name. */
async function writeLayout(path: string): Promise<void> {
  const writer = await LayoutWriter.create(path);
  const manifests = [];
  for (const architecture of ['amd64', 'arm64']) {
    const tar = Buffer.concat([emptyTar(`${architecture}.txt`), Buffer.alloc(1024)]);
    const layer = await writer.addBlob(gzipSync(tar), { mediaType: mediaTypes.layerGzip });
    const config = { architecture, os: 'linux', rootfs: { type: 'layers', diff_ids: [digestOf(tar)] } };
    const described = await writer.addBlob(Buffer.from(JSON.stringify(config)), { mediaType: mediaTypes.config });
    const manifest = await writer.addManifest({ schemaVersion: 2, config: described, layers: [layer] });
    manifests.push({ ...manifest, platform: { architecture, os: 'linux' } });
  }
  const index = await writer.addManifest({ schemaVersion: 2, mediaType: mediaTypes.index, manifests });
  writer.addIndexEntry(index, name);
  if (manifests[0] !== undefined) writer.addIndexEntry(manifests[0], 'quay.io/one/half:1');
  await writer.finish();
}

/** A tar header of an empty file; enough for tools that look into layers. */
function emptyTar(file: string): Buffer {
  return tarOf([[file, Buffer.alloc(0)]]).subarray(0, 512);
}

type TarEntry = readonly [name: string, body: Buffer, type?: string, link?: string];

/** A plain ustar archive, as wrong as it is asked to be. */
function tarOf(entries: readonly TarEntry[]): Buffer {
  const parts = entries.flatMap(([entry, body, type = '0', link = '']) => {
    const header = Buffer.alloc(512);
    header.write(entry, 0, 100);
    header.write('0000644\0', 100);
    header.write('0000000\0', 108);
    header.write('0000000\0', 116);
    header.write(`${body.length.toString(8).padStart(11, '0')} `, 124);
    header.write('00000000000 ', 136);
    header.write('        ', 148);
    header.write(type, 156);
    header.write(link, 157, 100);
    header.write('ustar\x0000', 257, 'latin1');
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

interface SavedChange {
  readonly config?: (text: string) => string;
  readonly configName?: string;
  readonly entries?: readonly TarEntry[];
  readonly layerBytes?: Buffer;
  readonly withoutLayer?: boolean;
}

/** What `docker save` wrote before version 25. */
function savedArchive(change: SavedChange = {}): Buffer {
  const text = JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs: { diff_ids: [digestOf(layerTar)] } });
  const config = Buffer.from(change.config?.(text) ?? text);
  const configName = change.configName ?? `${digestOf(text).slice(7)}.json`;
  const manifest = [{ Config: configName, RepoTags: ['busybox:1.36', 'quay.io/a/b:2'], Layers: ['abc/layer.tar'] }];
  return tarOf([
    ['abc/', Buffer.alloc(0), '5'],
    ...(change.withoutLayer === true ? [] : ([['abc/layer.tar', change.layerBytes ?? layerTar]] as const)),
    [configName, config],
    ['manifest.json', Buffer.from(JSON.stringify(manifest))],
    ...(change.entries ?? []),
  ]);
}

async function open(source: string, named?: string) {
  const sources = new ImageSources({ folder, env: { DOCKER_CONFIG: join(folder, 'docker') } });
  return { sources, ...(await sources.open(source, named)) };
}

/** Opens an image and reads every blob of it to the end. */
async function readWhole(source: string, named?: string) {
  const { sources, images, source: opened } = await open(source, named);
  await using _closing = sources;
  const trees = [];
  for (const { descriptor } of images) {
    const tree = await walk(opened.manifests, descriptor.digest, descriptor.mediaType);
    for (const { digest, size } of tree.blobs) {
      expect(await opened.blobs.size(digest)).toBe(size);
      const bytes = await readBounded(await opened.blobs.open(digest), 1_000_000, digest);
      expect(digestOf(bytes)).toBe(digest);
    }
    trees.push(tree);
  }
  return { images, trees };
}

async function refusal(bytes: Buffer): Promise<string> {
  const path = join(folder, 'refused.tar');
  writeFileSync(path, bytes);
  try {
    await readWhole('docker-archive:refused.tar');
  } catch (error) {
    return String(error);
  }
  throw new Error('it was accepted');
}

describe('an archive of docker save', () => {
  it('keeps configuration and layers as they are, and always makes the same manifest of them', async () => {
    writeFileSync(join(folder, 'saved.tar'), savedArchive());
    const { images, trees } = await readWhole('docker-archive:saved.tar');
    expect(images.map((image) => image.name)).toEqual(['docker.io/library/busybox:1.36', 'quay.io/a/b:2']);
    expect(trees[0]?.blobs[1]).toEqual({
      mediaType: mediaTypes.layerTar,
      digest: digestOf(layerTar),
      size: layerTar.length,
    });
    // The files in another order are the same image.
    const entries = [['repositories', Buffer.from('{}')]] as const;
    writeFileSync(join(folder, 'again.tar'), savedArchive({ entries }));
    expect((await readWhole('docker-archive:again.tar')).images).toEqual(images);
    expect((await readWhole('docker-archive:saved.tar:quay.io/a/b:2')).images).toHaveLength(1);
    expect((await readWhole('docker-archive:saved.tar:busybox:1.36')).images[0]?.name).toBe(name);
  });

  it('reads layers that another tool compressed, and layers that are links', async () => {
    writeFileSync(join(folder, 'gzip.tar'), savedArchive({ layerBytes: gzipSync(layerTar) }));
    const { trees } = await readWhole('docker-archive:gzip.tar');
    expect(trees[0]?.blobs[1]?.mediaType).toBe(mediaTypes.layerGzip);
    const entries: readonly TarEntry[] = [
      ['real.tar', layerTar],
      ['abc/layer.tar', Buffer.alloc(0), '2', '../real.tar'],
    ];
    writeFileSync(join(folder, 'linked.tar'), savedArchive({ withoutLayer: true, entries }));
    expect((await readWhole('docker-archive:linked.tar')).images).toHaveLength(2);
  });

  it.each<[string, () => Buffer, RegExp]>([
    ['is compressed', () => gzipSync(savedArchive()), /compressed with gzip/],
    ['is something else', () => Buffer.alloc(4096, 'x'), /not a tar/],
    ['is cut', () => savedArchive().subarray(0, 1500), /ends in the middle/],
    ['lacks a layer', () => savedArchive({ withoutLayer: true }), /layer abc\/layer\.tar is not in it/],
    [
      'has another configuration than its name says',
      () => savedArchive({ config: (text) => `${text} ` }),
      /another digest/,
    ],
    [
      'has another layer than the configuration lists',
      () => savedArchive({ layerBytes: Buffer.alloc(99) }),
      /content that should be/,
    ],
    [
      'has another compressed layer than the configuration lists',
      () => savedArchive({ layerBytes: gzipSync('other') }),
      /not the one that the configuration lists/,
    ],
    [
      'has a damaged compressed layer',
      () => savedArchive({ layerBytes: gzipSync(layerTar).subarray(0, 30) }),
      /cannot be unpacked/,
    ],
    ['has no manifest.json', () => tarOf([['a', Buffer.from('a')]]), /holds no "manifest\.json"/],
    ['has a manifest.json of another kind', () => tarOf([['manifest.json', Buffer.from('{}')]]), /not as it should be/],
    [
      'has an enormous configuration',
      () => savedArchive({ config: () => ' '.repeat(5 * 1024 * 1024), configName: 'config.json' }),
      /larger than/,
    ],
    ['climbs out', () => savedArchive({ entries: [['../../etc/cron.d/x', Buffer.from('x')]] }), /leads out of it/],
    ['begins at the root', () => savedArchive({ entries: [['/etc/x', Buffer.from('x')]] }), /leads out of it/],
    [
      'links to the machine',
      () => savedArchive({ entries: [['x', Buffer.alloc(0), '2', '/etc/shadow']] }),
      /link "x" leads out/,
    ],
    ['links upwards', () => savedArchive({ entries: [['a/x', Buffer.alloc(0), '2', '../../x']] }), /leads out/],
    [
      'has a layer that links to itself',
      () => savedArchive({ withoutLayer: true, entries: [['abc/layer.tar', Buffer.alloc(0), '2', 'layer.tar']] }),
      /link to a link/,
    ],
    ['holds a device', () => savedArchive({ entries: [['x', Buffer.alloc(0), '3']] }), /member of the kind "3"/],
    ['holds a file twice', () => savedArchive({ entries: [['abc/layer.tar', layerTar]] }), /in it twice/],
  ])('is refused when it %s', async (_, make, reason) => {
    expect(await refusal(make())).toMatch(reason);
  });
});

describe('an OCI layout', () => {
  it('gives an index whole, by name or all of them', async () => {
    const { images, trees } = await readWhole('oci:layout');
    expect(images.map((image) => image.name)).toEqual([name, 'quay.io/one/half:1']);
    expect([trees[0]?.children.length, trees[0]?.blobs.length]).toEqual([2, 4]);
    expect((await readWhole('oci:layout:busybox:1.36')).images).toHaveLength(1);
  });

  it('names an image otherwise when it is told to, and only one', async () => {
    const { images } = await readWhole('oci:layout:quay.io/one/half:1', 'registry.example/x:1');
    expect(images[0]?.name).toBe('registry.example/x:1');
    await expect(open('oci:layout', 'x.example/y:1')).rejects.toThrow('cannot all be named');
  });

  it('refuses a name that is no full reference, and one that is not there', async () => {
    const other = join(folder, 'short');
    const writer = await LayoutWriter.create(other);
    const { digest } = await writer.addBlob(Buffer.from('{}'), { mediaType: mediaTypes.manifest });
    writer.addIndexEntry({ mediaType: mediaTypes.manifest, digest, size: 2 }, 'latest');
    await writer.finish();
    await expect(open('oci:short')).rejects.toThrow('"latest" in it is no full image reference');
    await expect(open('oci:layout:nginx:1')).rejects.toThrow('no image named nginx:1');
    await expect(open('dir:layout')).rejects.toThrow('cannot be read by this version');
  });
});

describe.skipIf(skopeo.missing)(`archives that skopeo wrote (${skopeo.remedy})`, () => {
  const run = (...args: string[]): string =>
    execFileSync(skopeo.path, ['--override-os', 'linux', '--override-arch', 'amd64', ...args], {
      encoding: 'utf8',
      stdio: 'pipe',
    });

  it('reads an oci-archive, with an index whole', async () => {
    const archive = join(folder, 'all.tar');
    run('copy', '--all', `oci:${layout}:${name}`, `oci-archive:${archive}:${name}`);
    const { images, trees } = await readWhole('oci-archive:all.tar');
    expect(images[0]?.name).toBe(name);
    expect(trees[0]?.children).toHaveLength(2);
    run('copy', '--all', `oci:${layout}:${name}`, `oci-archive:${join(folder, 'nameless.tar')}`);
    expect((await readWhole(`oci-archive:nameless.tar:${name}`)).images[0]).toEqual(images[0]);
    await expect(open('oci-archive:nameless.tar')).rejects.toThrow('has no name');
  });

  it('reads a docker-archive as skopeo itself reads it', async () => {
    run('copy', `oci:${layout}:${name}`, `docker-archive:${join(folder, 'docker.tar')}:${name}`);
    const { images, trees } = await readWhole('docker-archive:docker.tar');
    expect(images[0]?.name).toBe(name);
    const config = run('inspect', '--config', '--raw', `docker-archive:${join(folder, 'docker.tar')}`);
    expect(digestOf(config)).toBe(trees[0]?.blobs[0]?.digest);
  });
});

describe.skipIf(dockerRegistry.missing)(`an image in a registry (${dockerRegistry.remedy})`, () => {
  let registry: DockerRegistry;

  beforeAll(async () => {
    registry = await startDockerRegistry(dockerRegistry);
    const client = new RegistryClient({ registry: registry.registry, plainHttp: true });
    const source = await openLayout(layout);
    const [index] = source.index.manifests;
    if (index === undefined) throw new Error('the layout is empty');
    const { digest } = index;
    await push({ source, items: [{ digest, client, repository: 'library/busybox', tag: '1.36' }] });
    client.close();
  });
  afterAll(async () => await registry.stop());

  it('comes whole, under its own name or the one it is given', async () => {
    const reference = `${registry.registry}/library/busybox:1.36`;
    const { images, trees } = await readWhole(`docker://${reference}`);
    expect(images[0]?.name).toBe(reference);
    expect([trees[0]?.children.length, trees[0]?.blobs.length]).toEqual([2, 4]);
    expect(trees[0]?.root.digest).toBe((await readWhole('oci:layout')).images[0]?.descriptor.digest);
    expect((await readWhole(`docker://${reference}`, 'busybox:1.36')).images[0]?.name).toBe(name);
    const pinned = await readWhole(`docker://${reference}@${images[0]?.descriptor.digest}`);
    expect(pinned.images[0]).toEqual(images[0]);
  });

  it('is named when it is not there', async () => {
    await expect(open(`docker://${registry.registry}/library/busybox:2`)).rejects.toMatchObject({
      code: 'REGISTRY_NOT_FOUND',
    });
  });

  it('is not fetched by plain HTTP from another machine', async () => {
    mkdirSync(join(folder, 'docker'), { recursive: true });
    const refused = open('docker://registry.invalid:5000/x:1');
    await expect(refused).rejects.toMatchObject({ code: 'REGISTRY_UNREACHABLE' });
  });
});
