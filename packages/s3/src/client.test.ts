import { randomBytes } from 'node:crypto';
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Secret } from '@sealift/core/secret';
import { startByteProxy } from '@sealift/testkit/byte-proxy';
import { otherNameCertificate, validCertificate } from '@sealift/testkit/certificates';
import { startCuttingProxy } from '@sealift/testkit/cutting-proxy';
import { peer } from '@sealift/testkit/peers';
import { type S3Server, startS3Server } from '@sealift/testkit/s3-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { S3Client, type S3Options } from './client.ts';
import { giveUpOldUploads, listObjects, removeObject } from './list.ts';
import { openObject } from './read.ts';
import type { S3Settings } from './settings.ts';
import { tryStore } from './try-store.ts';
import { upload } from './upload.ts';

const versitygw = peer('versitygw');
const partBytes = 5 * 1024 * 1024;
let server: S3Server;
beforeAll(async () => {
  if (!versitygw.missing) server = await startS3Server(versitygw);
});
afterAll(() => server?.stop());

function clientOf(changes: Partial<S3Settings> = {}, options: S3Options = {}): S3Client {
  const { endpoint, region, bucket, accessKey, secretKey } = server;
  const settings = { endpoint, region, bucket, accessKey, prefix: 'site/', ca: null, pathStyle: true };
  return new S3Client(
    { ...settings, secretKey: new Secret(secretKey), ...changes },
    { env: {}, delaysMs: [0, 0, 0], ...options },
  );
}

/** Memory as what is uploaded; tells what was read of it. */
function sourceOf(bytes: Buffer) {
  const asked: number[] = [];
  const read = async (offset: number, length: number) => {
    asked.push(length);
    return bytes.subarray(offset, offset + length);
  };
  return { sizeBytes: bytes.length, read, asked };
}

async function whole(client: S3Client, name: string): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const some of (await openObject(client, name)).bytes) parts.push(some);
  return Buffer.concat(parts);
}

const uploadsOf = async (client: S3Client): Promise<number> => giveUpOldUploads(client, new Date(Date.now() + 60_000));

describe.skipIf(versitygw.missing)(`a store that speaks S3 (${versitygw.remedy})`, () => {
  it('does all that backups need, and has nothing of the trial afterwards', async () => {
    const client = clientOf({ prefix: 'trial/' });
    await tryStore(client);
    expect(await listObjects(client)).toEqual([]);
    expect(await uploadsOf(client)).toBe(0);
  });

  it('takes what is larger than a part in parts, of which one is in memory, and gives back the same', async () => {
    const client = clientOf();
    const bytes = randomBytes(2 * partBytes + 1000);
    const source = sourceOf(bytes);
    await upload(client, 'large', source, { partBytes });
    expect(source.asked).toEqual([partBytes, partBytes, 1000]);
    expect(await listObjects(client)).toContainEqual({ name: 'large', sizeBytes: bytes.length });
    expect((await whole(client, 'large')).equals(bytes)).toBe(true);
    await removeObject(client, 'large');
    await removeObject(client, 'large');
    await expect(whole(client, 'large')).rejects.toMatchObject({ code: 'S3_OBJECT_MISSING' });
  });

  it.each([1000, partBytes + 1000])('is never overwritten: %d bytes', async (size) => {
    const client = clientOf();
    const [first, second] = [randomBytes(size), randomBytes(size)];
    await upload(client, `once-${size}`, sourceOf(first), { partBytes });
    const again = upload(client, `once-${size}`, sourceOf(second), { partBytes });
    await expect(again).rejects.toMatchObject({ code: 'S3_OBJECT_EXISTS' });
    expect((await whole(client, `once-${size}`)).equals(first)).toBe(true);
    expect(await uploadsOf(client)).toBe(0);
  });

  it('of two writers at once takes one', async () => {
    const client = clientOf();
    const writers = [1, 2, 3, 4].map(() => upload(client, 'raced', sourceOf(randomBytes(2000))));
    const results = await Promise.allSettled(writers);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('has nothing of an upload that was cancelled or whose source failed', async () => {
    const client = clientOf();
    const bytes = randomBytes(3 * partBytes);
    const stop = new AbortController();
    const cancelled = {
      ...sourceOf(bytes),
      read: async (offset: number, length: number) => {
        if (offset > 0) stop.abort();
        return bytes.subarray(offset, offset + length);
      },
    };
    const uploading = upload(client, 'cancelled', cancelled, { partBytes, cancel: stop.signal });
    await expect(uploading).rejects.toMatchObject({ code: 'CANCELLED' });
    const failing = {
      ...sourceOf(bytes),
      read: async (offset: number, length: number) => {
        if (offset > partBytes) throw new Error('the disk is away');
        return bytes.subarray(offset, offset + length);
      },
    };
    await expect(upload(client, 'failed', failing, { partBytes })).rejects.toThrow('the disk is away');
    const names = (await listObjects(client)).map(({ name }) => name);
    expect(names).not.toContain('cancelled');
    expect(names).not.toContain('failed');
    expect(await uploadsOf(client)).toBe(0);
  });

  it('gives up what a writer that was killed had begun, and nothing younger', async () => {
    const client = clientOf({ prefix: 'killed/' });
    await client.call({ method: 'POST', key: 'killed/a', query: { uploads: '' }, doing: 'begin' });
    expect(await giveUpOldUploads(client, new Date(Date.now() - 3_600_000))).toBe(0);
    expect(await uploadsOf(client)).toBe(1);
    expect(await uploadsOf(client)).toBe(0);
  });

  it('is written to on where the line was cut, a part at a time', async () => {
    const line = await startByteProxy(new URL(server.endpoint).host);
    try {
      const client = clientOf({ endpoint: `http://${line.address}` });
      const bytes = randomBytes(2 * partBytes);
      line.cutAfter(partBytes + partBytes / 2);
      const source = sourceOf(bytes);
      await upload(client, 'cut', source, { partBytes });
      expect((await whole(client, 'cut')).equals(bytes)).toBe(true);
    } finally {
      await line.close();
    }
  });

  it('has what it took though its answer was lost, and is asked no third time', async () => {
    let lost = 0;
    const proxy = await startCuttingProxy(server.endpoint, {
      keepHost: true,
      async after({ method }) {
        if (method !== 'PUT' || lost > 0) return;
        lost += 1;
        throw new Error('lost');
      },
    });
    try {
      const bytes = randomBytes(1000);
      await upload(clientOf({ endpoint: proxy.url }), 'lost', sourceOf(bytes));
      expect([lost, (await whole(clientOf(), 'lost')).equals(bytes)]).toEqual([1, true]);
    } finally {
      await proxy.close();
    }
  });

  it('is read on where the line was cut, but never joined from two contents', async () => {
    const client = clientOf();
    const bytes = randomBytes(4 * 1024 * 1024);
    await upload(client, 'read', sourceOf(bytes));
    let answers = 0;
    const replaced = randomBytes(bytes.length);
    let isReplaced = false;
    const proxy = await startCuttingProxy(server.endpoint, {
      keepHost: true,
      async before({ method }) {
        if (method === 'GET' && isReplaced && answers > 0) {
          await removeObject(client, 'read');
          await upload(client, 'read', sourceOf(replaced));
        }
      },
    });
    // The line itself, as the proxy passes on whole answers.
    const line = await startByteProxy(new URL(proxy.url).host);
    const reading = async (): Promise<Buffer> => {
      const through = clientOf({ endpoint: `http://${line.address}` });
      const parts: Uint8Array[] = [];
      line.cutAnswerAfter(bytes.length / 2);
      const { bytes: stream } = await openObject(through, 'read');
      answers = 1;
      for await (const some of stream) parts.push(some);
      return Buffer.concat(parts);
    };
    try {
      expect((await reading()).equals(bytes)).toBe(true);
      [answers, isReplaced] = [0, true];
      await expect(reading()).rejects.toMatchObject({ code: 'S3_ANSWER_INVALID' });
    } finally {
      await line.close();
      await proxy.close();
    }
  });

  it.each([
    ['another secret', { secretKey: new Secret('another one') }, 'S3_LOGIN_REFUSED', /BACKUPKEY/],
    ['an unknown key', { accessKey: 'NOBODY' }, 'S3_LOGIN_REFUSED', /NOBODY/],
    ['another region', { region: 'site-2' }, 'S3_REGION_OTHER', /not of the region site-2, but of site-1/],
    ['no such bucket', { bucket: 'missing' }, 'S3_BUCKET_MISSING', /no bucket missing/],
    ['nobody there', { endpoint: 'http://127.0.0.1:9' }, 'S3_UNREACHABLE', /refused/],
    ['TLS where there is none', 'tls', 'S3_UNREACHABLE', /plain HTTP/],
  ] as const)('says what is wrong: %s', async (_, changes, code, message) => {
    const wrong = changes === 'tls' ? { endpoint: server.endpoint.replace('http:', 'https:') } : changes;
    const found = { code, message: expect.stringMatching(message) };
    await expect(tryStore(clientOf(wrong))).rejects.toMatchObject(found);
  });

  it('tells a deadline that ends a pause as what it is', async () => {
    const client = clientOf({ endpoint: 'http://127.0.0.1:9' }, { delaysMs: [600_000] });
    const late = listObjects(client, AbortSignal.timeout(500));
    await expect(late).rejects.toMatchObject({ code: 'S3_UNREACHABLE', message: expect.stringContaining('in time') });
    await expect(listObjects(client, AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('says how far the clocks are apart', async () => {
    const client = clientOf({}, { now: () => new Date(Date.now() - 3_600_000) });
    await expect(tryStore(client)).rejects.toMatchObject({
      code: 'S3_CLOCK_SKEWED',
      message: expect.stringMatching(/\d\d:\d\d\.\d\d\dZ here and 20\d\d-.*Z there/),
    });
  });

  it('never shows the secret key', async () => {
    const client = clientOf({ secretKey: new Secret('hidden words') });
    const error = await tryStore(client).catch((failure: unknown) => failure);
    expect(`${String(error)} ${JSON.stringify(error)} ${JSON.stringify(client.settings)}`).not.toContain('hidden');
  });

  it('that was damaged gives back what it has, which its reader must find', async () => {
    const client = clientOf();
    await upload(client, 'damaged', sourceOf(randomBytes(1000)));
    const path = server.pathOf('site/damaged');
    await truncate(path, 500);
    expect((await whole(client, 'damaged')).length).toBe(500);
    await writeFile(path, (await readFile(path)).fill(0, 0, 10));
    expect((await whole(client, 'damaged')).subarray(0, 10)).toEqual(Buffer.alloc(10));
    expect(await readdir(dirname(path))).toContain('damaged');
  });
});

describe.skipIf(versitygw.missing)(`a store behind TLS (${versitygw.remedy})`, () => {
  let secure: S3Server;
  beforeAll(async () => {
    secure = await startS3Server(versitygw, { tls: true });
  });
  afterAll(() => secure?.stop());

  it('is trusted by its own CA and no other one', async () => {
    const { endpoint } = secure;
    await tryStore(clientOf({ endpoint, ca: validCertificate }));
    for (const ca of [null, otherNameCertificate]) {
      await expect(tryStore(clientOf({ endpoint, ca }))).rejects.toMatchObject({ code: 'S3_CERTIFICATE_UNTRUSTED' });
    }
    const byAddress = clientOf({ endpoint: endpoint.replace('localhost', '127.0.0.1'), ca: validCertificate });
    await expect(tryStore(byAddress)).rejects.toMatchObject({ code: 'S3_CERTIFICATE_UNTRUSTED' });
  });
});
