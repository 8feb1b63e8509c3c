import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type Descriptor, mediaTypes } from '@sealift/oci/descriptor';
import { digestOf } from '@sealift/oci/digest';
import { readBounded } from '@sealift/oci/verify-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ContentDigest, contentDigestOf, hexOf } from './content-digest.ts';
import { TurnLock } from './turn-lock.ts';
import { RegistryStorage } from './storage.ts';

let folder: string;
let storage: RegistryStorage;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-storage-'));
  storage = await RegistryStorage.open(folder);
});
afterEach(async () => {
  storage.close();
  await rm(folder, { recursive: true, force: true });
});

async function addBlob(repository: string, content: string | Buffer): Promise<Descriptor> {
  const bytes = Buffer.from(content);
  const digest = digestOf(bytes);
  const id = await storage.uploads.start(repository);
  await storage.uploads.finish(repository, id, digest, Readable.from([bytes]), bytes.byteLength);
  await storage.blobs.link(repository, digest);
  return { mediaType: mediaTypes.layerTar, digest, size: bytes.byteLength };
}

async function addImage(
  repository: string,
  tag: string | undefined,
  content: string,
  more: object = {},
): Promise<ContentDigest> {
  const config = await addBlob(repository, '{}');
  const layers = [await addBlob(repository, content)];
  return await addManifest(repository, tag, mediaTypes.manifest, { config, layers, ...more });
}

async function addManifest(
  repository: string,
  tag: string | undefined,
  mediaType: string,
  content: object,
): Promise<ContentDigest> {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...content }));
  return (await storage.manifests.put(repository, tag ?? digestOf(bytes), mediaType, bytes)).digest;
}

async function describeManifest(repository: string, digest: ContentDigest): Promise<object> {
  const manifest = await storage.manifests.get(repository, digest);
  return { mediaType: mediaTypes.manifest, digest, size: manifest?.bytes.byteLength ?? 0 };
}

/** Makes everything look as if it had been there for a day. */
async function age(): Promise<void> {
  const before = new Date(Date.now() - 86_400_000);
  for (const entry of await readdir(folder, { recursive: true })) await utimes(join(folder, entry), before, before);
}

async function has(repository: string, content: string): Promise<boolean> {
  return (await storage.blobs.size(repository, digestOf(content))) !== undefined;
}

describe('garbage collection', () => {
  it('keeps what tags lead to: images, whole indexes, and what refers to them', async () => {
    const amd64 = await addImage('a/b', undefined, 'amd64');
    const arm64 = await addImage('a/b', undefined, 'arm64');
    const manifests = [await describeManifest('a/b', amd64), await describeManifest('a/b', arm64)];
    const index = await addManifest('a/b', 'both', mediaTypes.index, { manifests });
    await addImage('a/b', undefined, 'signature', { subject: await describeManifest('a/b', index) });
    const lonely = await addImage('a/b', undefined, 'lonely');
    await age();
    const report = await storage.collectGarbage();
    expect(report).toMatchObject({ manifests: 1, blobs: 2 });
    for (const content of ['amd64', 'arm64', 'signature', '{}']) expect(await has('a/b', content)).toBe(true);
    expect(await has('a/b', 'lonely')).toBe(false);
    expect(await storage.manifests.get('a/b', lonely)).toBeUndefined();
    expect(await storage.manifests.referrers('a/b', index)).toHaveLength(1);
    expect(await storage.collectGarbage()).toMatchObject({ manifests: 0, blobs: 0 });
  });

  it('keeps what a release pins although its tag has moved on', async () => {
    const previous = await addImage('a', 'latest', 'previous');
    await addImage('a', 'latest', 'current');
    await age();
    await storage.collectGarbage({ keep: new Set([previous]) });
    expect([await has('a', 'previous'), await has('a', 'current')]).toEqual([true, true]);
    await storage.collectGarbage();
    expect([await has('a', 'previous'), await has('a', 'current')]).toEqual([false, true]);
  });

  it('removes what is only there for something that nobody needs any more, tags too', async () => {
    const old = await addImage('a/b', 'old', 'old');
    await addImage('a/b', 'new', 'new');
    await addImage('a/b', undefined, 'signature', { subject: await describeManifest('a/b', old) });
    await addImage('mine', 'old', 'old');
    await age();
    const isExpired = (repository: string, digest: string): boolean => repository === 'a/b' && digest === old;
    const kept = await storage.collectGarbage({ isExpired, keep: new Set([old]) });
    expect(kept).toMatchObject({ manifests: 0, blobs: 0 });
    const report = await storage.collectGarbage({ isExpired });
    expect(report.removed).toContainEqual({ repository: 'a/b', digest: old, tags: ['old'] });
    expect(report).toMatchObject({ dryRun: false, manifests: 2 });
    expect(await storage.manifests.tags('a/b')).toEqual(['new']);
    expect(await has('a/b', 'old')).toBe(false);
    // Somebody else's copy in another repository is theirs.
    expect(await storage.manifests.tags('mine')).toEqual(['old']);
    expect(await has('mine', 'old')).toBe(true);
  });

  it('says beforehand exactly what it would remove, and removes nothing then', async () => {
    const lonely = await addImage('a/b', undefined, 'lonely');
    await addImage('a/b', '1', 'tagged');
    await age();
    const before = storage.usedBytes;
    const said = await storage.collectGarbage({ dryRun: true });
    expect(said).toMatchObject({ dryRun: true, manifests: 1, blobs: 2 });
    expect(storage.usedBytes).toBe(before);
    expect((await storage.manifests.get('a/b', lonely))?.digest).toBe(lonely);
    const done = await storage.collectGarbage();
    expect(done).toEqual({ ...said, dryRun: false });
    expect(storage.usedBytes).toBe(before - said.freedBytes);
  });

  it('removes nothing from a repository where a damaged manifest hides what it names', async () => {
    const tagged = await addImage('a/b', '1', 'needed');
    await addImage('a/b', undefined, 'lonely');
    await writeFile(join(folder, 'blobs', 'sha256', tagged.slice(7)), 'damaged');
    await age();
    expect(await storage.collectGarbage()).toMatchObject({ manifests: 0, blobs: 0 });
    expect((await storage.scrub()).damaged).toEqual([tagged]);
    expect(await storage.collectGarbage()).toMatchObject({ manifests: 0, blobs: 0 });
    expect(await has('a/b', 'needed')).toBe(true);
    await addImage('a/b', '1', 'needed');
    await age();
    expect(await storage.collectGarbage()).toMatchObject({ manifests: 1, blobs: 2 });
  });

  it('leaves alone what a push has just found to be there', async () => {
    const digest = await addImage('a/b', '1', 'old');
    await age();
    await storage.manifests.claim('a/b', '1');
    expect(await storage.collectGarbage({ isExpired: () => true })).toMatchObject({ manifests: 0, blobs: 0 });
    expect((await storage.manifests.get('a/b', '1'))?.digest).toBe(digest);
  });

  it('tells a push that asks meanwhile what is true afterwards', async () => {
    await addImage('a/b', 'x', 'one');
    await addImage('a/b', 'y', 'two');
    const [first = '', second] = await storage.manifests.digests('a/b');
    await age();
    let answer: Promise<object | undefined> | undefined;
    /** Asked for each manifest in turn: at the second, it is settled already that the first goes. */
    class Watched extends Set<string> {
      override has(digest: string): boolean {
        if (digest === second) answer ??= storage.manifests.claim('a/b', first);
        return false;
      }
    }
    expect(await storage.collectGarbage({ isExpired: () => true, keep: new Watched() })).toMatchObject({
      manifests: 2,
    });
    expect(await answer).toBeUndefined();
  });

  it('spoils no push of the very content it removes, whichever comes first', { timeout: 30_000 }, async () => {
    const contents = Array.from({ length: 12 }, (_, index) => `layer ${index}`);
    const push = async (content: string): Promise<void> => {
      // As our client does: what is there already is not sent.
      if ((await storage.blobs.claim('a/b', digestOf(content))) === undefined) await addBlob('a/b', content);
      const size = content.length;
      const layers = [{ mediaType: mediaTypes.layerTar, digest: digestOf(content), size }];
      await addManifest('a/b', 'old', mediaTypes.manifest, { config: await addBlob('a/b', '{}'), layers });
    };
    for (let round = 0; round < 2; round += 1) {
      for (const content of contents) await push(content);
      await age();
      await Promise.all([storage.collectGarbage({ isExpired: () => true }), ...contents.map(push)]);
      expect(await Promise.all(contents.map((content) => has('a/b', content)))).toEqual(contents.map(() => true));
    }
  });

  it('keeps a blob that one of several repositories needs', async () => {
    await addImage('a', 'x', 'shared');
    await addImage('b', 'x', 'shared');
    await storage.manifests.removeTag('a', 'x');
    await age();
    await storage.collectGarbage();
    expect([await has('a', 'shared'), await has('b', 'shared')]).toEqual([false, true]);
  });

  it('does not touch a push under way', async () => {
    await addBlob('a', 'sent, not yet named');
    await addBlob('a', 'old, asked for again');
    await age();
    await addBlob('a', 'just sent');
    await storage.blobs.claim('a', digestOf('old, asked for again'));
    const session = await storage.uploads.start('a');
    await storage.collectGarbage();
    expect(await has('a', 'sent, not yet named')).toBe(false);
    expect(await has('a', 'old, asked for again')).toBe(true);
    expect(await has('a', 'just sent')).toBe(true);
    expect(await storage.uploads.offset('a', session)).toBe(0);
  });

  it('ends upload sessions that rest too long', async () => {
    const session = await storage.uploads.start('a');
    await storage.uploads.append('a', session, Readable.from([Buffer.from('part')]));
    await age();
    expect(await storage.collectGarbage({ uploadLifeMs: 1000 })).toMatchObject({ uploads: 1 });
    expect(await storage.uploads.offset('a', session)).toBeUndefined();
    expect(storage.usedBytes).toBe(0);
  });
});

describe('content addressed by SHA-512', () => {
  it('is kept, cleaned up and checked like the other', async () => {
    const bytes = Buffer.from('long hash');
    const digest = contentDigestOf(bytes, 'sha512');
    const id = await storage.uploads.start('a');
    await storage.uploads.finish('a', id, digest, Readable.from([bytes]));
    await storage.blobs.link('a', digest);
    const config = { mediaType: mediaTypes.empty, digest, size: bytes.byteLength };
    const manifest = await addManifest('a', 'x', mediaTypes.manifest, { config, layers: [] });
    await age();
    expect(await storage.collectGarbage()).toMatchObject({ blobs: 0, keptBlobs: 2 });
    expect(await storage.scrub()).toMatchObject({ checked: 2, damaged: [] });
    expect((await storage.manifests.parts('a', manifest))?.blobs).toMatchObject([config]);
    await storage.manifests.removeTag('a', 'x');
    expect(await storage.collectGarbage({ graceMs: -1000 })).toMatchObject({ blobs: 2, keptBlobs: 0 });
  });
});

describe('a mount', () => {
  it('takes a blob out of a repository that has it, and out of no other', async () => {
    await addBlob('a/one', 'content');
    const digest = digestOf('content');
    expect(await storage.blobs.mount('c/three', digest, 'b/two')).toBe(false);
    expect(await has('c/three', 'content')).toBe(false);
    expect(await storage.blobs.mount('c/three', digest, 'a/one')).toBe(true);
    expect(await has('c/three', 'content')).toBe(true);
    expect(await has('b/two', 'content')).toBe(false);
  });
});

describe('the path of a digest', () => {
  it.each(['sha256:../../../etc/passwd', `sha256:${'a'.repeat(63)}/`, 'sha256:', `sha256:${'A'.repeat(64)}`])(
    'is made of nothing but hex digits, not of %s',
    (text) => {
      expect(() => hexOf(text as ContentDigest)).toThrow('not of a form known here');
    },
  );
});

describe('a scrub', () => {
  it('finds what the disk has changed, puts it aside, and lets it be pushed again', async () => {
    await addImage('a', '1', 'good');
    await addBlob('a', 'changed');
    const digest = digestOf('changed');
    await writeFile(join(folder, 'blobs', 'sha256', digest.slice(7)), 'CHANGED');
    expect(await storage.scrub()).toMatchObject({ checked: 4, damaged: [digest], complete: true });
    expect(await has('a', 'changed')).toBe(false);
    await addBlob('a', 'changed');
    expect(await storage.scrub()).toMatchObject({ checked: 4, damaged: [] });
  });

  it('can be cancelled', async () => {
    await addImage('a', '1', 'good');
    const stop = new AbortController();
    const report = await storage.scrub({ cancel: stop.signal, onBlob: () => stop.abort() });
    expect(report).toMatchObject({ checked: 1, complete: false });
  });
});

describe('the quota', () => {
  it('refuses what is too much, before it is read where the size is known', async () => {
    storage.close();
    storage = await RegistryStorage.open(folder, { quotaBytes: 1300 });
    await addBlob('a', Buffer.alloc(600));
    const session = await storage.uploads.start('a');
    const never = Readable.from([Buffer.alloc(800)]);
    await expect(storage.uploads.append('a', session, never, 800)).rejects.toMatchObject({
      code: 'STORAGE_QUOTA_EXCEEDED',
    });
    expect(never.readableDidRead).toBe(false);
    await expect(storage.uploads.append('a', session, Readable.from([Buffer.alloc(800)]))).rejects.toMatchObject({
      code: 'STORAGE_QUOTA_EXCEEDED',
    });
    expect(storage.usedBytes).toBe(600);
    await addBlob('a', Buffer.alloc(600));
    storage.close();
    storage = await RegistryStorage.open(folder);
    expect(storage.usedBytes).toBe(600);
  });
});

describe('the storage folder', () => {
  it('is used by one process at a time', { timeout: 60_000 }, async () => {
    const script = `
      import { RegistryStorage } from ${JSON.stringify(new URL('./storage.ts', import.meta.url).href)};
      await RegistryStorage.open(${JSON.stringify(folder)}).then(() => console.log('opened'), (error) => console.log(error.code));
    `;
    const open = (): Promise<string> =>
      new Promise((resolve, reject) => {
        const args = ['--input-type=module', '--eval', script];
        execFile(process.execPath, args, (error, stdout) => (error === null ? resolve(stdout.trim()) : reject(error)));
      });
    expect(await open()).toBe('STORAGE_IN_USE');
    storage.close();
    expect(await open()).toBe('opened');
    // That process ended without closing it.
    storage = await RegistryStorage.open(folder);
    await expect(RegistryStorage.open(folder)).rejects.toMatchObject({
      code: 'STORAGE_IN_USE',
      message: expect.stringContaining(`process ${process.pid} on `),
    });
  });

  it('is cleared of what a killed process left half-written', async () => {
    await writeFile(join(folder, 'blobs', `.incoming-${randomUUID()}`), 'half');
    storage.close();
    storage = await RegistryStorage.open(folder);
    expect(await readdir(join(folder, 'blobs'))).toEqual(['sha256']);
  });

  it('gives blobs without HTTP, checked', async () => {
    const { digest } = await addBlob('a', 'content');
    const source = storage.source('a');
    expect(await source.size(digest)).toBe(7);
    expect((await readBounded(await source.open(digest), 100, 'blob')).toString()).toBe('content');
    await writeFile(join(folder, 'blobs', 'sha256', digest.slice(7)), 'CONTENT');
    await expect(source.open(digest).then((stream) => readBounded(stream, 100, 'blob'))).rejects.toMatchObject({
      code: 'CONTENT_DIGEST_MISMATCH',
    });
    await expect(source.open(digestOf('absent'))).rejects.toMatchObject({ code: 'CONTENT_MISSING' });
  });
});

describe('turns at a repository', () => {
  it('are shared by manifests and taken alone by a clean-up, in the order they were asked for', async () => {
    const lock = new TurnLock();
    const log: string[] = [];
    const work = (name: string) => async (): Promise<void> => {
      log.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      log.push(`${name} ends`);
    };
    await Promise.all([
      lock.shared('a', work('first')),
      lock.shared('a', work('second')),
      lock.exclusive('a', work('clean-up')),
      lock.shared('a', work('third')),
      lock.shared('b', work('elsewhere')),
    ]);
    expect(log.indexOf('second begins')).toBeLessThan(log.indexOf('first ends'));
    expect(log.indexOf('clean-up begins')).toBeGreaterThan(log.indexOf('second ends'));
    expect(log.indexOf('third begins')).toBeGreaterThan(log.indexOf('clean-up ends'));
    expect(log.indexOf('elsewhere begins')).toBeLessThan(log.indexOf('first ends'));
  });
});
