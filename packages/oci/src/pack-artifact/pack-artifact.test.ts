import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { SealiftError } from '@sealift/core/errors';
import { packTar } from 'modern-tar';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mediaTypes } from '../descriptor.ts';
import { digestOf } from '../digest.ts';
import { packArtifactType, packLayer, packManifest } from './pack-manifest.ts';
import { readPackArchive } from './read-pack.ts';
import { packArchive } from './write-pack.ts';

const packJson = JSON.stringify({ name: 'cni-calico', displayName: 'Calico', version: '3.26.1', layer: 'cni' });
const corpus = fileURLToPath(new URL('../../../../../shared/data/packs/', import.meta.url));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-pack-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

async function* stream(bytes: Uint8Array, step = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += step) yield bytes.subarray(at, at + step);
}

type Entry = Parameters<typeof packTar>[0][number];
const file = (name: string, body: string): Entry => ({ header: { name, size: Buffer.byteLength(body) }, body });
const read = async (entries: readonly Entry[]) =>
  await readPackArchive(stream(gzipSync(await packTar(entries))), { place: 'registry/p:1' });

async function refusal(work: Promise<unknown>): Promise<SealiftError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof SealiftError) return error;
  throw new Error(`not refused, or otherwise: ${String(error)}`);
}

describe('packArchive and readPackArchive', () => {
  const files = {
    'pack.json': packJson,
    'values.yaml': '\uFEFFpack:\r\n  content: {}\r\n',
    'presets.yaml': 'presets: []\n',
    'schema.yaml': 'x: 1\n',
    'README.md': '# Calico\n',
    'manifests/b.yaml': 'b',
    'manifests/sub/a.yaml': 'a',
    'charts/calico.tgz': '\u0000\u0001',
  };

  it('return every text byte for byte', async () => {
    await write(files);
    const archive = await packArchive(folder);
    const content = await readPackArchive(stream(archive.bytes, 7), {
      place: 'x',
      expected: { name: 'cni-calico', version: '3.26.1' },
    });
    expect(archive.fileName).toBe('cni-calico-3.26.1.tar.gz');
    expect(archive.values).toBe(files['values.yaml']);
    expect(archive.layer).toMatchObject({ digest: digestOf(archive.bytes), size: archive.bytes.byteLength });
    expect(content).toMatchObject({
      pack: { name: 'cni-calico' },
      valuesYaml: files['values.yaml'],
      presetsYaml: files['presets.yaml'],
      schemaYaml: files['schema.yaml'],
      readme: files['README.md'],
    });
    expect([...content.manifests]).toEqual([
      ['manifests/b.yaml', 'b'],
      ['manifests/sub/a.yaml', 'a'],
    ]);
    expect(content.files).toEqual(Object.keys(files).toSorted());
  });

  it('give the same bytes for the same files, whatever their order, times and modes', async () => {
    await write(files);
    const first = await packArchive(folder);
    await rm(folder, { recursive: true });
    await write(Object.fromEntries(Object.entries(files).reverse()));
    await chmod(join(folder, 'pack.json'), 0o755);
    await utimes(join(folder, 'values.yaml'), 1, 1);
    await write({ '.DS_Store': 'x', '.git/config': 'x' });
    expect(Buffer.compare((await packArchive(folder)).bytes, first.bytes)).toBe(0);
    // The bytes themselves are part of the promise: a bundle made next year must not differ.
    expect(first.layer.digest).toBe('sha256:7d396ffed58bc0f907fc3be273a920ffc44ca43786f42f39a57fc83735f9fff6');
  });

  it('make what tar reads', async () => {
    await write(files);
    const { bytes } = await packArchive(folder);
    const listed = execFileSync('tar', ['tzf', '-'], { input: bytes, encoding: 'utf8' });
    expect(listed.trim().split('\n')).toContain('cni-calico-3.26.1/manifests/sub/a.yaml');
    expect(listed).not.toContain('DS_Store');
  });

  it.each([
    ['a folder around it', ['-C', '..', '{base}']],
    ['./ before every name', ['.']],
    ['bare names', ['pack.json', 'values.yaml', 'manifests']],
  ])('read what tar makes with %s', async (_, args) => {
    await write(files);
    const base = folder.split('/').at(-1) ?? '';
    const bytes = execFileSync('tar', ['czf', '-', ...args.map((arg) => arg.replace('{base}', base))], { cwd: folder });
    const content = await readPackArchive(stream(bytes), { place: 'x' });
    expect(content.valuesYaml).toBe(files['values.yaml']);
    expect(content.manifests.get('manifests/b.yaml')).toBe('b');
  });
});

describe('packArchive', () => {
  it('refuses links and devices by name', async () => {
    await write({ 'pack.json': packJson, 'values.yaml': '' });
    await symlink('/etc/passwd', join(folder, 'README.md'));
    const error = await refusal(packArchive(folder));
    expect(error).toMatchObject({ code: 'PACK_FILE_REFUSED', place: join(folder, 'README.md') });
  });

  it('refuses a folder that is no pack', async () => {
    expect(await refusal(packArchive(join(folder, 'absent')))).toMatchObject({ code: 'FILE_NOT_FOUND' });
    expect(await refusal(packArchive(folder))).toMatchObject({ code: 'FILE_NOT_FOUND' });
    await write({ 'pack.json': '{}', 'values.yaml': '' });
    expect(await refusal(packArchive(folder))).toMatchObject({ code: 'PACK_INVALID' });
    await write({ 'pack.json': packJson, 'values.yaml': 'pack: [' });
    expect(await refusal(packArchive(folder))).toMatchObject({ code: 'PACK_VALUES_INVALID' });
  });

  it('refuses what is too large before reading it', { timeout: 30_000 }, async () => {
    await write({ 'pack.json': packJson, 'values.yaml': '' });
    execFileSync('truncate', ['-s', '10G', join(folder, 'huge.bin')]);
    expect(await refusal(packArchive(folder))).toMatchObject({ code: 'PACK_FILE_REFUSED' });
  });
});

describe('readPackArchive', () => {
  const good = [file('pack.json', packJson), file('values.yaml', 'a: 1\n')];

  it.each([
    ['a path that climbs', [...good, file('../x', '')], 'leads out'],
    ['a path that climbs inside', [...good, file('a/../../x', '')], 'leads out'],
    ['an absolute path', [...good, file('/etc/passwd', '')], 'leads out'],
    ['a backslash', [...good, file('a\\b', '')], 'leads out'],
    ['a symbolic link', [...good, { header: { name: 'x', size: 0, type: 'symlink', linkname: '/etc' } }], 'symlink'],
    ['a hard link', [...good, { header: { name: 'x', size: 0, type: 'link', linkname: 'values.yaml' } }], 'link'],
    ['a device', [...good, { header: { name: 'x', size: 0, type: 'character-device' } }], 'device'],
    ['a path twice', [...good, file('./values.yaml', 'b: 1\n')], 'twice'],
    ['no pack.json', [file('a/values.yaml', '')], 'no pack.json'],
    ['no values.yaml', [file('pack.json', packJson)], 'no values.yaml'],
    ['two folders', [file('a/pack.json', packJson), file('b/values.yaml', '')], 'outside its folder'],
    [
      'text that is no text',
      [good[0], { header: { name: 'values.yaml', size: 1 }, body: new Uint8Array([255]) }],
      'UTF-8',
    ],
    ['too large a pack.json', [file('pack.json', ' '.repeat(1_000_001))], '1000000'],
    ['too many entries', Array.from({ length: 10_001 }, (_, index) => file(`f${index}`, '')), 'more than 10000'],
  ] as [string, Entry[], string][])('refuses %s', async (_, entries, reason) => {
    const error = await refusal(read(entries));
    expect(error).toMatchObject({ code: 'PACK_ARCHIVE_INVALID', place: 'registry/p:1' });
    expect(error.message).toContain(reason);
  });

  it('refuses a pack.json that is not valid, with the place in it', async () => {
    const error = await refusal(read([file('pack.json', packJson.replace('cni"', 'net"')), file('values.yaml', '')]));
    expect(error).toMatchObject({ code: 'PACK_INVALID', place: 'registry/p:1/pack.json#/layer' });
  });

  it('refuses another pack than the one expected', async () => {
    const bytes = gzipSync(await packTar(good));
    const expected = { name: 'cni-calico', version: '3.26.2' };
    expect((await refusal(readPackArchive(stream(bytes), { place: 'x', expected }))).message).toContain('in place of');
  });

  it('stops a bomb before it has unpacked it', { timeout: 30_000 }, async () => {
    const member = gzipSync(Buffer.alloc(16 * 1024 * 1024));
    const bomb = Buffer.concat(Array.from({ length: 64 }, () => member));
    let sentBytes = 0;
    async function* counted(): AsyncGenerator<Uint8Array> {
      for await (const chunk of stream(bomb)) {
        sentBytes += chunk.byteLength;
        yield chunk;
      }
    }
    const error = await refusal(readPackArchive(counted(), { place: 'x' }));
    expect(error).toMatchObject({ code: 'PACK_ARCHIVE_INVALID', place: 'x' });
    expect(error.message).toContain('unpacks to more');
    expect(sentBytes).toBeLessThan(bomb.byteLength / 4);
    const whole = await refusal(readPackArchive(bomb, { place: 'x' }));
    expect(whole).toMatchObject({ code: 'PACK_ARCHIVE_INVALID', place: 'x', message: error.message });
  });

  it('refuses every truncation and answers damage with an error of the catalogue', { timeout: 30_000 }, async () => {
    const whole = gzipSync(await packTar(good), { level: 0 });
    for (let length = 0; length < whole.byteLength; length += 37) {
      const error = await refusal(readPackArchive(stream(whole.subarray(0, length)), { place: 'x' }));
      expect(error.code).toBe('PACK_ARCHIVE_INVALID');
      const inOneGo = await refusal(readPackArchive(whole.subarray(0, length), { place: 'x' }));
      expect(inOneGo.code).toBe('PACK_ARCHIVE_INVALID');
    }
    expect(await readPackArchive(whole, { place: 'x' })).toEqual(await readPackArchive(stream(whole), { place: 'x' }));
    for (let at = 0; at < whole.byteLength; at += 11) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ 0x10;
      await readPackArchive(stream(damaged), { place: 'x' }).catch((error: unknown) => {
        expect(error).toBeInstanceOf(SealiftError);
      });
    }
  });

  it('passes on why its source failed', async () => {
    async function* cut(): AsyncGenerator<Uint8Array> {
      yield* stream(gzipSync(await packTar(good)));
      throw new SealiftError('CONTENT_DIGEST_MISMATCH', { values: { expected: 'a', actual: 'b' } });
    }
    expect((await refusal(readPackArchive(cut(), { place: 'x' }))).code).toBe('CONTENT_DIGEST_MISMATCH');
  });
});

describe('packLayer', () => {
  const layer = { mediaType: mediaTypes.layerGzip, digest: digestOf('x'), size: 1 };

  it('finds the layer of our manifests and of those that oras makes', () => {
    const ours = packManifest(layer);
    expect(ours.config.mediaType).toBe(packArtifactType);
    expect(ours).not.toHaveProperty('artifactType');
    expect(packLayer(ours, 'x')).toEqual(layer);
    const newer = { ...ours, artifactType: packArtifactType, config: { ...ours.config, mediaType: mediaTypes.empty } };
    expect(packLayer(newer, 'x')).toEqual(layer);
    const byOras = { ...ours, config: { ...ours.config, mediaType: 'application/vnd.unknown.config.v1+json' } };
    expect(packLayer(byOras, 'x')).toEqual(layer);
  });

  it('refuses an image, several layers and other content', () => {
    const ours = packManifest(layer);
    const image = { ...ours, config: { ...ours.config, mediaType: mediaTypes.config } };
    for (const manifest of [image, { ...ours, layers: [layer, layer] }, { ...ours, layers: [] }]) {
      expect(() => packLayer(manifest, 'x')).toThrow(SealiftError);
    }
    expect(() => packLayer(packManifest({ ...layer, mediaType: 'text/plain' }), 'x')).toThrow('tar.gz');
  });
});

describe.skipIf(!existsSync(corpus))('public packs (needs ../shared/data/packs beside the checkout)', () => {
  it('survive the way into an archive and back', { timeout: 60_000 }, async () => {
    for (const name of await readdir(corpus)) {
      const archive = await packArchive(join(corpus, name));
      const content = await readPackArchive(stream(archive.bytes, 65_536), { place: name });
      expect(content.valuesYaml).toBe(await readFile(join(corpus, name, 'values.yaml'), 'utf8'));
      expect(content.pack).toEqual(archive.pack);
    }
  });
});
