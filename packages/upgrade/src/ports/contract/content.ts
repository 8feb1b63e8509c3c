import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { ContentPort, OpenedPack, PinnedPack, PinnedRelease } from '../content.ts';
import { type MakeDriver, never, onDriver } from './driver.ts';

/** Content, and what is known to be in it. */
export interface KnownContent {
  readonly content: ContentPort;
  readonly ova: { readonly digest: string; readonly bytes: Buffer };
  readonly pinned: PinnedPack;
  readonly opened: OpenedPack;
  readonly release: { readonly digest: string; readonly pinned: PinnedRelease };
}

const unknown = `sha256:${'0'.repeat(64)}`;

/** What every source of content behind the engine's port does. */
export function contentContract(name: string, make: MakeDriver<KnownContent>): void {
  describe(`${name} as content`, () => {
    it('opens a node image from its beginning and from an offset, as often as asked', () =>
      onDriver(make, async ({ content, ova }) => {
        const { sizeBytes, open } = await content.openOva(ova.digest);
        expect(sizeBytes).toBe(ova.bytes.length);
        for (const start of [0, 3, ova.bytes.length - 1]) {
          expect((await buffer(await open(start))).equals(ova.bytes.subarray(start))).toBe(true);
        }
        expect((await buffer(await open())).equals(ova.bytes)).toBe(true);
      }));

    it('opens a pack: values, manifests, and charts as they are packed', () =>
      onDriver(make, async ({ content, pinned, opened }) => {
        const found = await content.openPack(pinned, never);
        expect(found.valuesYaml).toBe(opened.valuesYaml);
        expect([...found.manifests]).toEqual([...opened.manifests]);
        const plain = (charts: OpenedPack['charts']) => [...charts].map(([path, bytes]) => [path, Buffer.from(bytes)]);
        expect(plain(found.charts)).toEqual(plain(opened.charts));
      }));

    it('opens nothing of another digest than is pinned', () =>
      onDriver(make, async ({ content, pinned }) => {
        await expect(content.openPack({ ...pinned, digest: unknown }, never)).rejects.toBeInstanceOf(Error);
        await expect(content.openOva(unknown)).rejects.toBeInstanceOf(Error);
      }));

    it('tells what a release pins', () =>
      onDriver(make, async ({ content, release }) => {
        expect(await content.openRelease(release.digest, never)).toEqual(release.pinned);
        await expect(content.openRelease(unknown, never)).rejects.toBeInstanceOf(Error);
      }));

    it('finds the images of a release by tag and by digest, and none of a digest that nobody pushed', () =>
      onDriver(make, async ({ content, release }) => {
        for (const { name, digest } of release.pinned.images)
          for (const image of [name, `${name}@${digest}`])
            expect(await content.digestOfImage(image, never)).toBe(digest);
        expect(await content.digestOfImage(`registry.example/app@${unknown}`, never)).toBeUndefined();
      }));

    it('opens no pack for one who has given up', () =>
      onDriver(make, async ({ content, pinned }) => {
        await expect(content.openPack(pinned, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
      }));
  });
}
