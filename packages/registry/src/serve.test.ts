import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '@sealift/core/secret';
import { basicCredential } from '@sealift/oci/credential';
import { mediaTypes } from '@sealift/oci/descriptor';
import { type Digest, digestOf } from '@sealift/oci/digest';
import { RegistryClient } from '@sealift/oci/registry-client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ServedRegistry, serveRegistry } from './serve.ts';
import { userAccess } from './users.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let folder: string;
let served: ServedRegistry;
let client: RegistryClient;
const users = userAccess([
  { name: 'writer', password: new Secret('w'), access: 'push' },
  { name: 'reader', password: new Secret('r'), access: 'pull' },
]);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-registry-'));
  await start();
});
afterAll(async () => {
  await stop();
  await rm(folder, { recursive: true, force: true });
});

async function start(): Promise<void> {
  served = await serveRegistry({
    storageDir: folder,
    host: '127.0.0.1',
    port: 0,
    authorize: users,
  });
  client = new RegistryClient({
    registry: served.registry,
    plainHttp: true,
    credential: basicCredential('writer', new Secret('w')),
    env: {},
  });
}

async function stop(): Promise<void> {
  client.close();
  await served.close();
}

interface Call {
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly login?: string | null;
}

async function call(method: string, path: string, { headers, body, login = 'writer:w' }: Call = {}): Promise<Response> {
  const authorization: Record<string, string> =
    login === null ? {} : { authorization: `Basic ${Buffer.from(login).toString('base64')}` };
  return await fetch(new URL(path, served.url), {
    method,
    headers: { ...authorization, ...headers },
    ...(body === undefined ? {} : { body }),
  });
}

async function codes(response: Response): Promise<string> {
  const body = (await response.json()) as { errors: { code: string }[] };
  return `${response.status} ${body.errors.map(({ code }) => code).join()}`;
}

async function putBlob(repository: string, content: string): Promise<Digest> {
  const digest = digestOf(content);
  const response = await call('POST', `/v2/${repository}/blobs/uploads/?digest=${digest}`, { body: content });
  expect(response.status).toBe(201);
  return digest;
}

async function putManifest(repository: string, reference: string, more: object = {}): Promise<Response> {
  const digest = await putBlob(repository, '{}');
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { mediaType: mediaTypes.empty, digest, size: 2 },
    layers: [],
    ...more,
  };
  return await call('PUT', `/v2/${repository}/manifests/${reference}`, {
    headers: { 'content-type': mediaTypes.manifest },
    body: JSON.stringify(manifest),
  });
}

describe('access', () => {
  it('lets nobody in without a login, and readers write nothing', async () => {
    const anonymous = await call('GET', '/v2/', { login: null });
    expect(anonymous.headers.get('www-authenticate')).toMatch(
      /^Bearer realm="http:\/\/127\.0\.0\.1:\d+\/token",service="sealift-registry"$/,
    );
    expect(await codes(anonymous)).toBe('401 UNAUTHORIZED');
    expect(await codes(await call('GET', '/v2/', { login: 'writer:wrong' }))).toBe('401 UNAUTHORIZED');
    expect(await codes(await call('GET', '/v2/a/tags/list', { login: null }))).toBe('401 UNAUTHORIZED');
    expect((await call('GET', '/v2/', { login: 'reader:r' })).status).toBe(200);
    expect(await codes(await call('POST', '/v2/a/blobs/uploads/', { login: 'reader:r' }))).toBe('403 DENIED');
    expect(await codes(await call('DELETE', '/v2/a/manifests/x', { login: 'reader:r' }))).toBe('403 DENIED');
  });

  it('listens without TLS only on this machine', async () => {
    const open = serveRegistry({ storageDir: folder, host: '0.0.0.0', port: 0, authorize: users });
    await expect(open).rejects.toMatchObject({ code: 'REGISTRY_PLAIN_HTTP_REFUSED' });
  });
});

describe('names', () => {
  it.each([
    '/v2/a/..%2f..%2f..%2fetc/manifests/passwd',
    '/v2/A/manifests/x',
    '/v2/a%00b/manifests/x',
    '/v2/a/_tags/manifests/x',
    '/v2/.a/manifests/x',
    `/v2/${'a'.repeat(300)}/manifests/x`,
    '/v2/a/manifests/..%2fx',
    '/v2/a/blobs/sha256:..%2f..%2fx',
    '/v2/a/blobs/uploads/..%2f..%2fx',
    '/v2/a/blobs/sha512:00',
    '/v2/a/manifests/.hidden',
    '/v2/__proto__/manifests/x',
  ])('refuses %s', async (path) => {
    const response = await call('GET', path);
    expect([400, 404]).toContain(response.status);
    expect(await codes(response)).toMatch(/INVALID|UNKNOWN|UNSUPPORTED/);
  });

  it('gives its folder back when it cannot listen', async () => {
    const other = await mkdtemp(join(tmpdir(), 'sealift-registry-'));
    const options = { storageDir: other, host: '127.0.0.1', authorize: users };
    try {
      const taken = Number(served.registry.split(':')[1]);
      await expect(serveRegistry({ ...options, port: taken })).rejects.toMatchObject({
        code: 'REGISTRY_LISTEN_FAILED',
      });
      await (await serveRegistry({ ...options, port: 0 })).close();
    } finally {
      await rm(other, { recursive: true, force: true });
    }
  });

  it('leaves nothing outside its folders', async () => {
    expect((await readdir(folder)).sort()).toEqual([
      'blobs',
      'folder.lock',
      'folder.lock.holder',
      'repositories',
      'token-key',
      'uploads',
    ]);
  });
});

describe('uploads', () => {
  it('go in one request, in a session, and in chunks', async () => {
    await putBlob('up/a', 'one request');
    await client.pushBlob('up/a', digestOf('session'), 7, async () =>
      (await import('node:stream')).Readable.from(['session']),
    );
    const begun = await call('POST', '/v2/up/a/blobs/uploads/');
    expect(begun.status).toBe(202);
    const session = begun.headers.get('location') ?? '';
    const first = await call('PATCH', session, { headers: { 'content-range': '0-2' }, body: 'abc' });
    expect([first.status, first.headers.get('range')]).toEqual([202, '0-2']);
    const status = await call('GET', session);
    expect([status.status, status.headers.get('range')]).toEqual([204, '0-2']);
    const gap = await call('PATCH', session, { headers: { 'content-range': '4-5' }, body: 'ef' });
    expect([gap.status, gap.headers.get('range')]).toEqual([416, '0-2']);
    expect((await call('PATCH', session, { headers: { 'content-range': '3-3' }, body: 'd' })).status).toBe(202);
    const done = await call('PUT', `${session}?digest=${digestOf('abcdef')}`, { body: 'ef' });
    expect([done.status, done.headers.get('docker-content-digest')]).toEqual([201, digestOf('abcdef')]);
    for (const content of ['one request', 'session', 'abcdef']) {
      const got = await call('GET', `/v2/up/a/blobs/${digestOf(content)}`);
      expect(await got.text()).toBe(content);
    }
    expect((await call('GET', session)).status).toBe(404);
  });

  it('are refused when the digest is not theirs, and nothing stays', async () => {
    const response = await call('POST', `/v2/up/b/blobs/uploads/?digest=${digestOf('right')}`, { body: 'wrong' });
    expect(await codes(response)).toBe('400 DIGEST_INVALID');
    expect((await call('HEAD', `/v2/up/b/blobs/${digestOf('right')}`)).status).toBe(404);
    expect((await call('HEAD', `/v2/up/b/blobs/${digestOf('wrong')}`)).status).toBe(404);
    expect(await readdir(join(folder, 'uploads'))).toEqual([]);
  });

  it('go on where a cut line left them, also after a restart', async () => {
    const content = 'x'.repeat(1000) + 'y'.repeat(1000);
    const session = (await call('POST', '/v2/up/c/blobs/uploads/')).headers.get('location') ?? '';
    const upload = beginUpload(session, content.slice(0, 1000), content.length);
    const far = async (): Promise<number> => {
      const range = (await call('GET', session)).headers.get('range') ?? '';
      return Number(range.split('-')[1]) + 1;
    };
    await expect.poll(far).toBe(1000);
    await upload.cut();
    await stop();
    await start();
    expect(await far()).toBe(1000);
    const done = await call('PUT', `${session}?digest=${digestOf(content)}`, {
      headers: { 'content-range': '1000-1999' },
      body: content.slice(1000),
    });
    expect(done.status).toBe(201);
  });

  it('end when the client falls silent, and can be taken up by the next', async () => {
    const own = join(folder, 'impatient');
    const impatient = await serveRegistry({
      storageDir: own,
      host: '127.0.0.1',
      port: 0,
      authorize: users,
      idleTimeoutMs: 50,
    });
    try {
      const authorization = `Basic ${Buffer.from('writer:w').toString('base64')}`;
      const url = new URL('/v2/a/blobs/uploads/', impatient.url);
      const begun = await fetch(url, { method: 'POST', headers: { authorization } });
      const session = new URL(begun.headers.get('location') ?? '', impatient.url);
      const closed = new Promise<void>((resolve) => {
        const upload = request(session, { method: 'PATCH', headers: { authorization, 'content-length': '9' } });
        upload.on('error', () => undefined).once('close', () => resolve());
        upload.write('some');
      });
      await closed;
      const put = new URL(`${session.href}?digest=${digestOf('something')}`);
      const finish = async (): Promise<number> =>
        (await fetch(put, { method: 'PUT', headers: { authorization, 'content-range': '4-8' }, body: 'thing' })).status;
      await expect.poll(finish).toBe(201);
    } finally {
      await impatient.close();
    }
  });

  it('belong to the repository they were begun for', async () => {
    const session = (await call('POST', '/v2/up/d/blobs/uploads/')).headers.get('location') ?? '';
    const elsewhere = session.replace('/up/d/', '/up/e/');
    expect(await codes(await call('PATCH', elsewhere, { body: 'x' }))).toBe('404 BLOB_UPLOAD_UNKNOWN');
    expect((await call('DELETE', session)).status).toBe(204);
    expect(await codes(await call('GET', session))).toBe('404 BLOB_UPLOAD_UNKNOWN');
  });

  it('are taken over from another repository without being sent', async () => {
    const digest = await putBlob('up/f', 'mounted');
    expect(await client.mountBlob('up/g', digest, 'up/f')).toBe(true);
    expect(await client.blobSize('up/g', digest)).toBe(7);
    expect(await client.mountBlob('up/h', digestOf('absent'), 'up/f')).toBe(false);
    expect((await call('HEAD', `/v2/up/h/blobs/${digest}`)).status).toBe(404);
  });
});

describe('blobs', () => {
  it('are served whole and in parts', async () => {
    const digest = await putBlob('blob/a', '0123456789');
    const part = async (range: string): Promise<string> => {
      const response = await call('GET', `/v2/blob/a/blobs/${digest}`, { headers: { range } });
      return `${response.status} ${response.status === 416 ? '' : await response.text()} ${response.headers.get('content-range')}`;
    };
    expect(await part('bytes=2-4')).toBe('206 234 bytes 2-4/10');
    expect(await part('bytes=7-')).toBe('206 789 bytes 7-9/10');
    expect(await part('bytes=-2')).toBe('206 89 bytes 8-9/10');
    expect(await part('bytes=5-99')).toBe('206 56789 bytes 5-9/10');
    expect(await part('bytes=10-')).toBe('416  bytes */10');
    expect(await part('lines=1-2')).toBe('200 0123456789 null');
    const head = await call('HEAD', `/v2/blob/a/blobs/${digest}`);
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '10']);
    expect((await call('DELETE', `/v2/blob/a/blobs/${digest}`)).status).toBe(202);
    expect(await codes(await call('GET', `/v2/blob/a/blobs/${digest}`))).toBe('404 BLOB_UNKNOWN');
  });
});

describe('manifests', () => {
  it('are refused when what they name is missing or other than they say', async () => {
    const layer = { mediaType: mediaTypes.layerTar, digest: digestOf('absent'), size: 6 };
    expect(await codes(await putManifest('m/a', '1', { layers: [layer] }))).toBe('404 MANIFEST_BLOB_UNKNOWN');
    await putBlob('m/a', 'absent');
    expect(await codes(await putManifest('m/a', '1', { layers: [{ ...layer, size: 7 }] }))).toBe(
      '400 MANIFEST_INVALID',
    );
    expect((await putManifest('m/a', '1', { layers: [layer] })).status).toBe(201);
    const index = {
      schemaVersion: 2,
      mediaType: mediaTypes.index,
      manifests: [{ ...layer, mediaType: mediaTypes.manifest }],
    };
    const put = await call('PUT', '/v2/m/a/manifests/index', {
      headers: { 'content-type': mediaTypes.index },
      body: JSON.stringify(index),
    });
    expect(await codes(put)).toBe('404 MANIFEST_BLOB_UNKNOWN');
  });

  it('are refused when they are too large, of another kind, or under a digest not theirs', async () => {
    const put = (reference: string, type: string, body: string): Promise<Response> =>
      call('PUT', `/v2/m/b/manifests/${reference}`, { headers: { 'content-type': type }, body });
    expect(await codes(await put('1', mediaTypes.manifest, ' '.repeat(4 * 1024 * 1024 + 1)))).toBe('413 SIZE_INVALID');
    expect(await codes(await put('1', 'application/json', '{}'))).toBe('400 MANIFEST_INVALID');
    expect(await codes(await put('1', mediaTypes.manifest, '[]'))).toBe('400 MANIFEST_INVALID');
    expect(await codes(await put('1', mediaTypes.manifest, '{'))).toBe('400 MANIFEST_INVALID');
    expect(await codes(await put(digestOf('other'), mediaTypes.manifest, '{}'))).toBe('400 DIGEST_INVALID');
    expect(await codes(await call('GET', '/v2/m/b/tags/list'))).toBe('404 NAME_UNKNOWN');
  });

  it('are found by tag and digest, listed by pages, and removed', async () => {
    for (const tag of ['b', 'a', 'C', '1', '2']) expect((await putManifest('m/c', tag)).status).toBe(201);
    const head = await call('HEAD', '/v2/m/c/manifests/a');
    const digest = head.headers.get('docker-content-digest') ?? '';
    const got = await call('GET', `/v2/m/c/manifests/${digest}`);
    expect(digestOf(await got.text())).toBe(digest);
    expect(got.headers.get('content-type')).toBe(mediaTypes.manifest);
    expect(await client.listTags('m/c')).toEqual(['1', '2', 'C', 'a', 'b']);
    const page = await call('GET', '/v2/m/c/tags/list?n=2&last=1');
    expect(await page.json()).toEqual({ name: 'm/c', tags: ['2', 'C'] });
    expect(page.headers.get('link')).toBe('</v2/m/c/tags/list?n=2&last=C>; rel="next"');
    expect((await call('DELETE', '/v2/m/c/manifests/b')).status).toBe(202);
    expect((await call('GET', `/v2/m/c/manifests/${digest}`)).status).toBe(200);
    expect((await call('DELETE', `/v2/m/c/manifests/${digest}`)).status).toBe(202);
    expect(await codes(await call('GET', '/v2/m/c/manifests/a'))).toBe('404 MANIFEST_UNKNOWN');
    expect(await client.listTags('m/c')).toEqual([]);
  });

  it('that refer to another are listed with it, by kind', async () => {
    const subject = { mediaType: mediaTypes.manifest, digest: digestOf('subject yet to come'), size: 19 };
    const artifactType = 'application/vnd.example.sbom';
    const annotations = { 'org.example.key': 'value' };
    const first = await putManifest('m/d', 'sbom', { subject, artifactType, annotations });
    expect(first.headers.get('oci-subject')).toBe(subject.digest);
    await putManifest('m/d', 'other', { subject });
    const list = async (query: string): Promise<{ manifests: Record<string, unknown>[] }> =>
      (await (await call('GET', `/v2/m/d/referrers/${subject.digest}${query}`)).json()) as never;
    expect((await list('')).manifests).toHaveLength(2);
    const filtered = await call('GET', `/v2/m/d/referrers/${subject.digest}?artifactType=${artifactType}`);
    expect(filtered.headers.get('oci-filters-applied')).toBe('artifactType');
    expect(filtered.headers.get('content-type')).toBe(mediaTypes.index);
    const { manifests } = await list(`?artifactType=${artifactType}`);
    expect(manifests).toMatchObject([{ artifactType, annotations }]);
    expect((await list('?artifactType=none')).manifests).toEqual([]);
    await call('DELETE', `/v2/m/d/manifests/${String(manifests[0]?.['digest'])}`);
    expect((await list('')).manifests).toHaveLength(1);
  });

  it('are not served when the disk has changed them', async () => {
    await putManifest('m/e', '1');
    const digest = (await call('HEAD', '/v2/m/e/manifests/1')).headers.get('docker-content-digest') ?? '';
    await writeFile(join(folder, 'blobs', 'sha256', digest.slice(7)), '{"changed":true}');
    expect((await call('GET', '/v2/m/e/manifests/1')).status).toBe(500);
  });
});

/** Sends the first part of a body that was announced longer; `cut` ends the line. */
function beginUpload(path: string, part: string, announced: number): { cut: () => Promise<void> } {
  const upload = request(new URL(path, served.url), {
    method: 'PATCH',
    headers: {
      authorization: `Basic ${Buffer.from('writer:w').toString('base64')}`,
      'content-length': String(announced),
    },
  });
  upload.on('error', () => undefined);
  upload.write(part);
  const closed = new Promise<void>((resolve) => {
    upload.once('close', () => resolve());
  });
  return {
    cut: async () => {
      upload.destroy();
      await closed;
    },
  };
}
