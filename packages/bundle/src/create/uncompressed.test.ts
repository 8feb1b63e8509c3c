import { randomBytes } from 'node:crypto';
import { mediaTypes } from '@sealift/oci/descriptor';
import { describe, expect, it } from 'vitest';
import { ContentSet } from './content-set.ts';
import { findUncompressed } from './uncompressed.ts';

const name = 'docker.io/library/a:1';
const text = Buffer.alloc(6 * 1024 * 1024, 'the same line again and again\n');

function image(content: ContentSet, ...layers: readonly (readonly [bytes: Buffer, mediaType: string])[]) {
  const config = content.addBytes(Buffer.from('{"os":"linux"}'), 'metadata', mediaTypes.config);
  const descriptor = content.addManifest({
    schemaVersion: 2,
    config,
    layers: layers.map(([bytes, mediaType]) => content.addBytes(bytes, 'content', mediaType)),
  });
  return { name, descriptor, sizeBytes: 0, manifests: new Set([descriptor.digest]), source: 'x' };
}

describe('images whose layers are not compressed', () => {
  it('are told with what compression would save', async () => {
    const content = new ContentSet();
    const [found, ...others] = await findUncompressed(content, [
      image(content, [text, mediaTypes.layerTar], [Buffer.from('small'), mediaTypes.layerGzip]),
    ]);
    expect(others).toEqual([]);
    expect(found).toMatchObject({ name, layers: 1, sizeBytes: text.length });
    expect(found?.savedBytes).toBeGreaterThan(0.98 * text.length);
    expect(found?.savedBytes).toBeLessThan(text.length);
  });

  it('are counted once where images share a layer', async () => {
    const content = new ContentSet();
    const shared = [text, mediaTypes.layerTar] as const;
    const images = [image(content, shared), image(content, shared, [Buffer.from('more'), mediaTypes.layerTar])];
    expect(await findUncompressed(content, images)).toHaveLength(1);
  });

  it('are none where layers are compressed, or what they hold does not get smaller', async () => {
    const content = new ContentSet();
    const noise = randomBytes(3 * 1024 * 1024);
    expect(await findUncompressed(content, [image(content, [text, mediaTypes.layerGzip])])).toEqual([]);
    expect(await findUncompressed(content, [image(content, [noise, mediaTypes.layerTar])])).toEqual([]);
  });
});
