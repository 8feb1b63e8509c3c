import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '@sealift/core/secret';
import { validCertificate } from '@sealift/testkit/certificates';
import { type FileServer, type FileServerFaults, startFileServer } from '@sealift/testkit/file-server';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DownloadClient, type DownloadClientOptions } from './client.ts';

const login = { username: 'ann', password: new Secret('s3cret'), source: 'a test' };
const authorization = `Basic ${Buffer.from('ann:s3cret').toString('base64')}`;

describe('a client of downloads', () => {
  let folder: string;
  const servers: FileServer[] = [];
  const clients: DownloadClient[] = [];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sealift-download-client-'));
    writeFileSync(join(folder, 'file'), 'content');
    writeFileSync(join(folder, 'ca.pem'), validCertificate);
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client[Symbol.dispose]();
    for (const server of servers.splice(0)) await server.close();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function serve(options: FileServerFaults & { readonly tls?: boolean } = {}): Promise<FileServer> {
    const server = await startFileServer(folder, options);
    servers.push(server);
    return server;
  }
  function clientOf({ url }: FileServer, options: Partial<DownloadClientOptions> = {}): DownloadClient {
    const client = new DownloadClient({ env: {}, home: new URL(url), retryDelaysMs: [0, 0], ...options });
    clients.push(client);
    return client;
  }
  const read = async (server: FileServer, options: Partial<DownloadClientOptions> = {}): Promise<string> =>
    (await clientOf(server, options).read(new URL(`${server.url}/file?token=hidden`), 100)).toString();

  it('sends a login to the server that was named, and to none that it leads to', async () => {
    const elsewhere = await serve();
    const named = await serve({
      intercept: () => ({ status: 302, headers: { location: `${elsewhere.url}/file` } }),
    });
    expect(await read(named, { login })).toBe('content');
    expect(named.requests.map((request) => request.authorization)).toEqual([authorization]);
    expect(elsewhere.requests.map((request) => request.authorization)).toEqual([undefined]);
  });

  it('follows redirects within a server with the login, and not for ever', async () => {
    let hops = 0;
    const server = await serve({
      intercept: () => (hops++ < 2 ? { status: 307, headers: { location: '/file' } } : undefined),
    });
    expect(await read(server, { login })).toBe('content');
    expect(server.requests.every((request) => request.authorization === authorization)).toBe(true);
    server.faults.intercept = () => ({ status: 301, headers: { location: '/file' } });
    await expect(read(server)).rejects.toMatchObject({ code: 'DOWNLOAD_REFUSED' });
  });

  it.each(['ftp://other.example/x', 'http://u:p@other.example/x', 'http://[broken'])(
    'does not follow to %s',
    async (location) => {
      const server = await serve({ intercept: () => ({ status: 302, headers: { location } }) });
      await expect(read(server)).rejects.toMatchObject({ code: 'DOWNLOAD_REFUSED' });
    },
  );

  it('demands the CA of a server with TLS, and never leaves TLS', async () => {
    const plain = await serve();
    const server = await serve({ tls: true });
    await expect(read(server)).rejects.toMatchObject({
      code: 'DOWNLOAD_REFUSED',
      hint: expect.stringContaining('--ca-file'),
    });
    const caFile = join(folder, 'ca.pem');
    expect(await read(server, { caFile })).toBe('content');
    server.faults.intercept = () => ({ status: 302, headers: { location: `${plain.url}/file` } });
    await expect(read(server, { caFile })).rejects.toMatchObject({ code: 'DOWNLOAD_REFUSED' });
    expect(plain.requests).toEqual([]);
  });

  it('sends no login over plain HTTP to another machine', () => {
    const home = new URL('http://vendor.example/');
    expect(() => new DownloadClient({ env: {}, home, login })).toThrow(
      expect.objectContaining({ code: 'DOWNLOAD_LOGIN_EXPOSED' }),
    );
  });

  it('tells a login that is missing from one that is refused, and shows neither password nor query', async () => {
    const server = await serve({ intercept: () => ({ status: 401 }) });
    const needed: unknown = await read(server).catch((error: unknown) => error);
    const refused: unknown = await read(server, { login }).catch((error: unknown) => error);
    expect(needed).toMatchObject({ code: 'DOWNLOAD_LOGIN_NEEDED' });
    expect(refused).toMatchObject({ code: 'DOWNLOAD_LOGIN_REFUSED' });
    for (const text of [String(needed), String(refused)]) expect(text).not.toMatch(/hidden|s3cret/);
  });

  it.each([
    [404, 'DOWNLOAD_NOT_FOUND', 1],
    [403, 'DOWNLOAD_REFUSED', 1],
    [503, 'DOWNLOAD_FAILED', 3],
  ])('asks again after status %i only where that may help', async (status, code, requests) => {
    const server = await serve({ intercept: () => ({ status, headers: { 'retry-after': '0' } }) });
    await expect(read(server)).rejects.toMatchObject({ code });
    expect(server.requests).toHaveLength(requests);
  });

  it('takes no more than it asked for', async () => {
    const server = await serve();
    const url = new URL(`${server.url}/file`);
    await expect(clientOf(server).read(url, 3)).rejects.toMatchObject({ code: 'DOWNLOAD_REFUSED' });
    server.faults.intercept = () => ({ status: 200, headers: { 'content-encoding': 'gzip' }, body: 'x' });
    await expect(clientOf(server).read(url, 100)).rejects.toMatchObject({ code: 'DOWNLOAD_REFUSED' });
  });
});
