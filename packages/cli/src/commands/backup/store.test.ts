import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { validCertificate } from '@sealift/testkit/certificates';
import { peer } from '@sealift/testkit/peers';
import { type S3Server, startS3Server } from '@sealift/testkit/s3-server';
import { type RunningConsole, startConsole } from '@sealift/server/console';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { run } from '../../program.ts';
import { testContext } from '../../testing/test-context.ts';

// Embedded stores are opened, each of which takes seconds on a busy machine.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const versitygw = peer('versitygw');
let folder: string;
let server: S3Server;
let console: RunningConsole;
let token = '';

describe.skipIf(versitygw.missing)(`sealift backup store (${versitygw.remedy})`, () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sealift-store-'));
    server = await startS3Server(versitygw, { tls: true });
    console = await startConsole({ dataDir: join(folder, 'data') });
    const account = { username: 'ann', password: 'four random words here' };
    const setup = await post('setup', { token: console.setupUrl?.split('#token=')[1], ...account });
    const cookie = setup.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
    token = ((await (await post('tokens', { name: 'store' }, cookie)).json()) as { secret: string }).secret;
    await writeFile(join(folder, 'secret'), `${server.secretKey}\n`);
    await writeFile(join(folder, 'ca.pem'), validCertificate);
  });
  afterAll(async () => {
    await console?.close();
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  function post(path: string, body: object, cookie = ''): Promise<Response> {
    const headers = { 'content-type': 'application/json', cookie };
    return fetch(`${console.url}/api/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  async function sealift(...args: string[]) {
    const env = { HOME: folder, SEALIFT_URL: console.url, SEALIFT_TOKEN: token };
    const { context, written } = testContext({ env });
    const code = await run(['backup', ...args], context);
    return { code, out: written.out.join('\n'), notes: written.notes.join('\n') };
  }

  const way = () => [
    '--s3-endpoint',
    server.endpoint,
    '--s3-region',
    server.region,
    '--s3-access-key',
    server.accessKey,
    '--s3-secret-file',
    join(folder, 'secret'),
    '--s3-ca-file',
    join(folder, 'ca.pem'),
  ];

  it('keeps backups in a bucket, from which each is downloaded, verified and restored without the console', async () => {
    const refused = await sealift('store', '--s3-bucket', 'missing', ...way());
    expect([refused.code, refused.notes]).toEqual([1, expect.stringContaining('S3_BUCKET_MISSING')]);
    expect((await sealift('store')).out).toContain(join(folder, 'data', 'backups'));

    const set = await sealift('store', '--s3-bucket', server.bucket, '--s3-prefix', 'site-a', ...way());
    expect([set.code, set.out]).toEqual([0, expect.stringContaining(`s3://backups/site-a/ at ${server.endpoint}`)]);
    expect(set.out + set.notes).not.toContain(server.secretKey);
    expect((await sealift('store', '--check')).out).toContain('All went well: write, never overwrite');

    const made = JSON.parse((await sealift('create', '--json')).out);
    expect(await readdir(join(folder, 'data', 'backups'))).toEqual([]);
    expect((await sealift('list')).out).toContain(`They are kept in s3://backups/site-a/ at ${server.endpoint}`);
    const file = join(folder, 'downloaded');
    expect((await sealift('download', made.id, '-o', file)).code).toBe(0);
    expect(await readFile(file)).toEqual(await readFile(server.pathOf(`site-a/${made.reference}`)));

    const named = [`s3://backups/site-a/${made.reference}`, ...way()];
    const key = ['--secret-key-file', join(folder, 'data', 'secret-key')];
    expect((await sealift('verify', ...named, ...key)).out).toMatch(/\d+ rows of \d+ tables restored and alike/);
    const into = ['--data', join(folder, 'restored'), '--apply'];
    expect((await sealift('restore', ...named, ...key, ...into)).out).toContain('are restored');
    expect((await sealift('remove', made.id)).code).toBe(0);
    const gone = await sealift('verify', ...named, ...key);
    expect([gone.code, gone.notes]).toEqual([1, expect.stringContaining('S3_OBJECT_MISSING')]);
  });

  it('changes what is named and leaves the rest, and goes back to the folder', async () => {
    const moved = await sealift('store', '--s3-bucket', server.bucket, '--s3-prefix', 'site-b/');
    expect([moved.code, moved.out]).toEqual([0, expect.stringContaining('site-b/')]);
    expect((await sealift('store', '--folder')).out).toContain('Backups are kept in');
    expect((await sealift('store', '--check')).out).toBe('Backups are kept in the folder.');
  });

  it.each([
    ['two ways', ['--s3-bucket', 'backups', '--folder']],
    ['options without the bucket', ['--s3-region', 'elsewhere']],
    ['no address', ['--s3-bucket', 'backups']],
  ])('refuses %s', async (_, options) => {
    expect(await sealift('store', ...options)).toMatchObject({ code: 1, notes: expect.stringContaining('USAGE') });
  });

  it.each([
    ['no name', ['s3://backups/', '--s3-endpoint', 'https://s3.example']],
    ['no address', ['s3://backups/a']],
    ['no secret', ['s3://backups/a', '--s3-endpoint', 'https://s3.example', '--s3-access-key', 'A']],
  ])('reads no backup of a store with %s', async (_, options) => {
    const { code, notes } = await sealift('verify', ...options, '--secret-key-file', join(folder, 'none'));
    expect([code, notes]).toEqual([1, expect.stringContaining('USAGE')]);
  });
});
