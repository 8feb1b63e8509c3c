import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { mediaTypes } from '@sealift/oci/descriptor';
import { type Digest, digestOf } from '@sealift/oci/digest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FolderReader } from './folder-reader.ts';
import { RegistryStorage } from './storage.ts';

const repository = 'packs/a';
const layer = Buffer.from('the layer');
const limitBytes = 1_000_000;
let folder: string;
let storage: RegistryStorage;
let digest: Digest;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-reader-'));
  storage = await RegistryStorage.open(folder);
  const config = await putBlob(Buffer.from('{}'));
  const layers = [await putBlob(layer)];
  const manifest = { schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers };
  const bytes = Buffer.from(JSON.stringify(manifest));
  digest = digestOf(bytes);
  await storage.manifests.put(repository, '1.0.0', mediaTypes.manifest, bytes);
});
afterEach(async () => {
  storage.close();
  await rm(folder, { recursive: true, force: true });
});

async function putBlob(bytes: Buffer) {
  const id = await storage.uploads.start(repository);
  await storage.uploads.finish(repository, id, digestOf(bytes), Readable.from([bytes]), bytes.length);
  await storage.blobs.link(repository, digestOf(bytes));
  return { mediaType: mediaTypes.layerTar, digest: digestOf(bytes), size: bytes.length };
}

const pathOf = (content: Digest): string => join(folder, 'blobs/sha256', content.slice('sha256:'.length));

describe('a reader of the folder of a registry that is in use', () => {
  it('reads tags, manifests and blobs as the registry holds them', async () => {
    const reader = new FolderReader(folder);
    expect(reader.tags(repository)).toEqual(['1.0.0']);
    expect(reader.tagged(repository, '1.0.0')).toBe(digest);
    expect(reader.manifest(repository, digest)).toEqual(await storage.manifests.get(repository, digest));
    expect(reader.blob(repository, digestOf(layer), limitBytes)).toEqual(layer);
    expect(reader.holds(repository, digest)).toBe(true);
  });

  it('finds nothing where nothing is', () => {
    const reader = new FolderReader(folder);
    expect(reader.tags('packs/b')).toEqual([]);
    expect(reader.tagged(repository, '2.0.0')).toBeUndefined();
    expect(reader.manifest('packs/b', digest)).toBeUndefined();
    // The bytes are there, and belong to another repository.
    expect(reader.blob('packs/b', digestOf(layer), limitBytes)).toBeUndefined();
    expect(reader.holds('packs/b', digest)).toBe(false);
  });

  it('reads a large blob whole, and none that is larger than it may be', async () => {
    const large = Buffer.alloc(300_000, 'x');
    const { digest: of } = await putBlob(large);
    const reader = new FolderReader(folder);
    expect(reader.blob(repository, of, large.length)).toEqual(large);
    expect(() => reader.blob(repository, of, large.length - 1)).toThrow(
      expect.objectContaining({ code: 'INPUT_TOO_LARGE' }),
    );
    expect(() => reader.blob(repository, of, 10)).toThrow(expect.objectContaining({ code: 'INPUT_TOO_LARGE' }));
  });

  it('does not take a manifest for whole that was damaged, or that lacks a blob, has a part of it, or was told to give it up', async () => {
    await writeFile(pathOf(digestOf(layer)), layer.subarray(1));
    expect(new FolderReader(folder).holds(repository, digest)).toBe(false);
    await rm(pathOf(digestOf(layer)));
    expect(new FolderReader(folder).holds(repository, digest)).toBe(false);
    await writeFile(pathOf(digestOf(layer)), layer);
    expect(new FolderReader(folder).holds(repository, digest)).toBe(true);
    await storage.blobs.unlink(repository, digestOf(layer));
    expect(new FolderReader(folder).holds(repository, digest)).toBe(false);
    await storage.blobs.link(repository, digestOf(layer));
    await writeFile(pathOf(digest), '{}');
    expect(new FolderReader(folder).holds(repository, digest)).toBe(false);
    expect(() => new FolderReader(folder).manifest(repository, digest)).toThrow(
      expect.objectContaining({ code: 'STORAGE_DAMAGED' }),
    );
  });

  it('says which path it cannot read, and makes no path of a name that is none', async () => {
    await rm(join(folder, 'repositories/packs/a/_tags/1.0.0'));
    await mkdir(join(folder, 'repositories/packs/a/_tags/1.0.0'));
    const reader = new FolderReader(folder);
    expect(() => reader.tagged(repository, '1.0.0')).toThrow(expect.objectContaining({ code: 'FILE_UNREADABLE' }));
    expect(() => reader.holds('../x', digest)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
    expect(() => reader.tagged(repository, '../x')).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
  });
});
