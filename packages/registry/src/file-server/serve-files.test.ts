import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '@sealift/core/secret';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { basicLogin, httpsCall, type HttpsCall } from '../testing/https-call.ts';
import { issueServerCertificate, makeAuthority } from '../tls/authority.ts';
import type { Certificate } from '../tls/x509.ts';
import { userAccess } from '../users.ts';
import { type ServedFiles, serveFiles } from './serve-files.ts';

const reader = { authorization: basicLogin('reader', 'r') };
const writer = { authorization: basicLogin('writer', 'w') };
const authorize = userAccess([
  { name: 'reader', password: new Secret('r'), access: 'pull' },
  { name: 'writer', password: new Secret('w'), access: 'push' },
]);
const content = randomBytes(300_000);

describe('a file server', () => {
  let root: string;
  let folder: string;
  let authority: Certificate;
  let served: ServedFiles;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'sealift-files-'));
    folder = join(root, 'files');
    authority = await makeAuthority('test');
    const tls = await issueServerCertificate(authority, ['localhost']);
    served = await serveFiles({ folder, host: '127.0.0.1', port: 0, authorize, tls, mostUploads: 2 });
  });
  beforeEach(() => {
    writeFileSync(join(folder, 'a.bin'), content);
  });
  afterAll(async () => {
    await served?.close();
    await rm(root, { recursive: true, force: true });
  });

  const call = (path: string, more: Partial<HttpsCall> = {}) =>
    httpsCall({ port: served.port, path, ca: authority.cert, ...more });
  const get = (path: string, headers: Record<string, string> = {}) =>
    call(path, { headers: { ...reader, ...headers } });
  const put = (path: string, body: Uint8Array, headers: Record<string, string> = {}) =>
    call(path, { method: 'PUT', body, headers: { ...writer, ...headers } });
  const codeOf = (body: Buffer): string => (JSON.parse(body.toString()) as { code: string }).code;
  const unfinished = (): string[] => readdirSync(folder).filter((name) => name.startsWith('.'));

  it('gives nothing to whoever is not logged in, and asks for a login alike whether a file is there or not', async () => {
    const answers = await Promise.all(['/bundles/a.bin', '/bundles/b.bin', '/bundles/', '/'].map((path) => call(path)));
    for (const { status, headers, body } of answers) {
      expect([status, headers['www-authenticate']]).toEqual([401, 'Basic realm="sealift", charset="UTF-8"']);
      expect(codeOf(body)).toBe('FILES_LOGIN_NEEDED');
    }
    const wrong = await call('/bundles/a.bin', { headers: { authorization: basicLogin('reader', 'w') } });
    expect(wrong.status).toBe(401);
    expect((await get('/bundles/a.bin')).status).toBe(200);
  });

  it('gives a file whole, in a range, by HEAD, and says when it is the same still', async () => {
    const whole = await get('/bundles/a.bin');
    expect(whole.body.equals(content)).toBe(true);
    const etag = String(whole.headers['etag']);
    const part = await get('/bundles/a.bin', { range: 'bytes=1000-1999', 'if-range': etag });
    expect([part.status, part.headers['content-range']]).toEqual([206, 'bytes 1000-1999/300000']);
    expect(part.body.equals(content.subarray(1000, 2000))).toBe(true);
    expect((await get('/bundles/a.bin', { range: 'bytes=-10' })).body.equals(content.subarray(-10))).toBe(true);
    expect((await get('/bundles/a.bin', { range: 'bytes=0-9', 'if-range': '"other"' })).status).toBe(200);
    const behind = await get('/bundles/a.bin', { range: 'bytes=300000-' });
    expect([behind.status, behind.headers['content-range']]).toEqual([416, 'bytes */300000']);
    expect((await get('/bundles/a.bin', { 'if-none-match': `"x", ${etag}` })).status).toBe(304);
    expect((await get('/bundles/a.bin', { 'if-match': '"x"' })).status).toBe(412);
    const head = await call('/bundles/a.bin', { method: 'HEAD', headers: reader });
    expect([head.status, head.headers['content-length'], head.body.length]).toEqual([200, '300000', 0]);
    writeFileSync(join(folder, 'empty.bin'), '');
    expect((await get('/bundles/empty.bin')).body.length).toBe(0);
  });

  it('gives nothing out of another folder, no list, and nothing hidden', async () => {
    writeFileSync(join(root, 'secret'), 'secret');
    writeFileSync(join(folder, '.hidden'), 'secret');
    mkdirSync(join(folder, 'folder'), { recursive: true });
    writeFileSync(join(folder, 'folder', 'in.bin'), 'in');
    symlinkSync(join(root, 'secret'), join(folder, 'link.bin'));
    symlinkSync(root, join(folder, 'up'));
    const paths = [
      '../secret',
      '..%2fsecret',
      '%2e%2e/secret',
      '.hidden',
      '',
      'folder',
      'folder/',
      'link.bin',
      'up/secret',
    ];
    for (const path of [...paths, 'a.bin%00', 'a.bin/', '/a.bin', 'folder/x/in.bin', 'nothing.bin']) {
      const { status, body } = await get(`/bundles/${path}`);
      expect([path, [400, 404].includes(status), body.includes('secret-')]).toEqual([path, true, false]);
    }
    expect((await get('/bundles/folder/in.bin')).body.toString()).toBe('in');
    for (const path of ['%2e%2e/x.bin', '.x', 'a%20b.bin', 'x/y/z.bin', '..%2fx.bin']) {
      const { status } = await put(`/bundles/${path}`, Buffer.from('x'));
      expect([path, [400, 404].includes(status)]).toEqual([path, true]);
    }
    expect(readdirSync(root).toSorted()).toEqual(['files', 'secret']);
  });

  it('takes uploads of who may write, as a whole', async () => {
    const bytes = randomBytes(500_000);
    const sha256 = createHash('sha256').update(bytes).digest();
    const readOnly = await call('/bundles/new.bin', { method: 'PUT', body: bytes, headers: reader });
    expect([readOnly.status, codeOf(readOnly.body)]).toEqual([403, 'FILES_READ_ONLY']);
    expect((await call('/bundles/new.bin', { method: 'PUT', body: bytes })).status).toBe(401);
    const made = await put('/bundles/new.bin', bytes, { 'content-digest': `sha-256=:${sha256.toString('base64')}:` });
    expect([made.status, JSON.parse(made.body.toString())]).toEqual([
      201,
      { name: 'new.bin', sizeBytes: 500_000, sha256: sha256.toString('hex') },
    ]);
    expect(readFileSync(join(folder, 'new.bin')).equals(bytes)).toBe(true);
    expect((await put('/bundles/new.bin', bytes)).status).toBe(200);
    expect((await put(`/bundles/index/${'n'.repeat(190)}.json`, Buffer.from('{}'))).status).toBe(201);
    expect((await get(`/bundles/index/${'n'.repeat(190)}.json`)).body.toString()).toBe('{}');
    expect(unfinished()).toEqual(['.hidden']);
  });

  it('leaves what is there where an upload is cut, is not what it says, or is no whole file', async () => {
    const bytes = randomBytes(200_000);
    const length = { 'content-length': '400000' };
    await call('/bundles/a.bin', { method: 'PUT', body: bytes, headers: { ...writer, ...length }, cut: true }).catch(
      () => undefined,
    );
    // The server hears of it in its own time.
    await expect.poll(unfinished).toEqual(['.hidden']);
    await expect.poll(async () => (await put('/bundles/a.bin', content)).status).toBe(200);
    const digest = createHash('sha256').update('other').digest('base64');
    const answers = [
      await put('/bundles/a.bin', bytes, { 'content-digest': `sha-256=:${digest}:` }),
      await put('/bundles/a.bin', bytes, { 'content-range': 'bytes 0-199999/400000' }),
      await put('/bundles/a.bin', bytes, { 'content-encoding': 'gzip' }),
      await put('/bundles/a.bin', bytes, { 'if-none-match': '*' }),
      await put('/bundles/a.bin', bytes, { 'if-match': '"other"' }),
    ];
    expect(answers.map(({ status, body }) => `${status} ${codeOf(body)}`)).toEqual([
      '422 CONTENT_DIGEST_MISMATCH',
      '400 FILES_UPLOAD_REFUSED',
      '400 FILES_UPLOAD_REFUSED',
      '412 FILES_CONDITION',
      '412 FILES_CONDITION',
    ]);
    await expect.poll(unfinished).toEqual(['.hidden']);
    expect(readFileSync(join(folder, 'a.bin')).equals(content)).toBe(true);
  });

  it('refuses what there is no room for, before it is sent', async () => {
    const { bavail, bsize } = statfsSync(folder);
    const announced = { ...writer, 'content-length': String(bavail * bsize) };
    const answer = await call('/bundles/big.bin', { method: 'PUT', headers: { ...announced, expect: '100-continue' } });
    expect([answer.status, codeOf(answer.body)]).toEqual([507, 'FILES_NO_ROOM']);
    expect(unfinished()).toEqual(['.hidden']);
  });

  it.skipIf(process.getuid?.() !== 0)(
    'stops an upload of unknown length at the end of the room, and leaves nothing (needs root: a small tmpfs)',
    async () => {
      const disk = join(root, 'disk');
      mkdirSync(disk);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk]);
      const tls = await issueServerCertificate(authority, ['localhost']);
      const small = await serveFiles({ folder: disk, host: '127.0.0.1', port: 0, authorize, tls, keptBytes: 0 });
      const chunked = { ...writer, 'transfer-encoding': 'chunked' };
      const send = (megabytes: number) => {
        const body = Buffer.alloc(megabytes * 2 ** 20, 'x');
        const sent = {
          port: small.port,
          path: '/bundles/b.bin',
          ca: authority.cert,
          method: 'PUT',
          headers: chunked,
          body,
        };
        return httpsCall(sent).then(({ status }) => status);
      };
      try {
        expect(await send(1)).toBe(201);
        expect(await send(8)).toBe(507);
        expect(readdirSync(disk)).toEqual(['b.bin']);
        expect(statSync(join(disk, 'b.bin')).size).toBe(2 ** 20);
      } finally {
        await small.close();
        execFileSync('umount', [disk]);
        rmSync(disk, { recursive: true });
      }
    },
  );

  it('slows down who guesses, whoever else he is', async () => {
    const guess = () => call('/bundles/a.bin', { headers: { authorization: basicLogin('reader', 'guess') } });
    const answers = [];
    for (let count = 0; count < 6; count += 1) answers.push((await guess()).status);
    expect(answers).toEqual([401, 401, 401, 401, 401, 429]);
  });

  it('shows another certificate from the next connection on, and keeps the one it has where the new one is none', async () => {
    const before = await call('/bundles/');
    const next = await issueServerCertificate(authority, ['localhost']);
    expect(() => served.renew({ cert: next.cert, key: authority.key })).toThrow(/key/);
    expect((await call('/bundles/')).fingerprint).toBe(before.fingerprint);
    served.renew(next);
    expect((await call('/bundles/')).fingerprint).not.toBe(before.fingerprint);
  });
});
