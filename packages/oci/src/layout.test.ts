import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { isSealiftError } from '@sealift/core/errors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Descriptor, mediaTypes } from './descriptor.ts';
import { digestOf } from './digest.ts';
import { LayoutWriter, openLayout } from './layout.ts';
import { readBounded } from './verify-stream.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-layout-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function image(writer: LayoutWriter, text: string): Promise<Descriptor> {
  const config = await writer.addBlob(Buffer.from('{}'), { mediaType: mediaTypes.empty });
  const layer = await writer.addBlob(Readable.from([Buffer.from(text)]), { mediaType: mediaTypes.layerTar });
  return await writer.addManifest({ schemaVersion: 2, config, layers: [layer] });
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'none';
  } catch (error) {
    return isSealiftError(error) ? error.code : String(error);
  }
}

describe('an image layout', () => {
  it('is read back as it was written', async () => {
    const writer = await LayoutWriter.create(folder);
    const manifest = await image(writer, 'layer');
    writer.addIndexEntry(manifest, 'docker.io/library/a:1');
    await writer.finish();
    const layout = await openLayout(folder);
    expect(layout.index.manifests).toEqual([
      { ...manifest, annotations: { 'org.opencontainers.image.ref.name': 'docker.io/library/a:1' } },
    ]);
    expect(await layout.size(manifest.digest)).toBe(manifest.size);
    const bytes = await readBounded(await layout.open(manifest.digest), 10_000, 'manifest');
    expect(digestOf(bytes)).toBe(manifest.digest);
    const part = await readBounded(await layout.open(digestOf('layer'), { start: 1, end: 3 }), 10, 'part');
    expect(part.toString()).toBe('ay');
    expect(await readBounded(await layout.open(digestOf('layer'), { start: 2, end: 2 }), 10, 'part')).toHaveLength(0);
  });

  it('has the same bytes in whatever order it was filled', async () => {
    const texts: string[] = [];
    for (const order of [
      ['b', 'a', 'c'],
      ['c', 'a', 'b'],
    ]) {
      const own = join(folder, order.join(''));
      const writer = await LayoutWriter.create(own);
      for (const name of order) writer.addIndexEntry(await image(writer, name), name);
      await writer.finish();
      texts.push(await readFile(join(own, 'index.json'), 'utf8'));
    }
    expect(texts[0]).toBe(texts[1]);
  });

  it('goes on with a layout that is there', async () => {
    for (const name of ['a', 'b']) {
      const writer = await LayoutWriter.create(folder);
      writer.addIndexEntry(await image(writer, name), name);
      await writer.finish();
    }
    expect((await openLayout(folder)).index.manifests).toHaveLength(2);
  });

  it('keeps nothing of a blob that is not what it should be', async () => {
    const writer = await LayoutWriter.create(folder);
    const digest = digestOf('right');
    const add = (text: string): Promise<unknown> =>
      writer.addBlob(Buffer.from(text), { mediaType: mediaTypes.octetStream, digest, size: 5 });
    expect(await codeOf(add('wrong'))).toBe('CONTENT_DIGEST_MISMATCH');
    expect(await codeOf(add('righ'))).toBe('CONTENT_SHORT');
    expect(await codeOf(add('right!'))).toBe('CONTENT_LONG');
    expect(await readdir(folder, { recursive: true })).toEqual(['blobs', join('blobs', 'sha256')]);
  });

  it('notices damage while reading', async () => {
    const writer = await LayoutWriter.create(folder);
    const blob = await writer.addBlob(Buffer.from('content'), { mediaType: mediaTypes.octetStream });
    await writer.finish();
    await writeFile(join(folder, 'blobs', 'sha256', blob.digest.slice(7)), 'CONTENT');
    const layout = await openLayout(folder);
    const read = layout.open(blob.digest).then((stream) => readBounded(stream, 100, 'blob'));
    expect(await codeOf(read)).toBe('CONTENT_DIGEST_MISMATCH');
  });

  it('does not follow a link out of the layout', async () => {
    const writer = await LayoutWriter.create(folder);
    await writer.finish();
    const secret = join(folder, 'secret');
    await writeFile(secret, 'secret');
    await symlink(secret, join(folder, 'blobs', 'sha256', digestOf('secret').slice(7)));
    const layout = await openLayout(folder);
    expect(await codeOf(layout.open(digestOf('secret'), { start: 0, end: 3 }))).toBe('FILE_UNREADABLE');
  });

  it('says what is wrong with a folder that is no layout', async () => {
    expect(await codeOf(openLayout(folder))).toBe('LAYOUT_INVALID');
    await writeFile(join(folder, 'oci-layout'), '{"imageLayoutVersion":"2.0.0"}');
    expect(await codeOf(openLayout(folder))).toBe('LAYOUT_INVALID');
    await writeFile(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
    const entry = { mediaType: mediaTypes.manifest, digest: 'sha256:../../etc/passwd', size: 1 };
    await writeFile(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [entry] }));
    expect(await codeOf(openLayout(folder))).toBe('LAYOUT_INVALID');
  });
});
