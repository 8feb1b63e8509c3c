import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import helmet from '@fastify/helmet';
import Fastify from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contentSecurityPolicy } from '../http/security-headers.ts';
import { pagesOfFolder } from './page-files.ts';
import { servePages } from './pages.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-pages-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<title>console</title>');
  writeFileSync(join(folder, 'assets', 'index-a1.js'), 'go()');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function served() {
  const app = Fastify();
  servePages(app, await pagesOfFolder(folder));
  return app;
}

describe('the web pages', () => {
  it('are answered with type and tag, and not again to whoever has them', async () => {
    const app = await served();
    const first = await app.inject('/assets/index-a1.js');
    expect(first).toMatchObject({ statusCode: 200, body: 'go()' });
    expect(first.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    });
    const tag = String(first.headers.etag);
    for (const known of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
      const again = await app.inject({ url: '/assets/index-a1.js', headers: { 'if-none-match': known } });
      expect([known, again.statusCode, again.body]).toEqual([known, 304, '']);
    }
    const other = await app.inject({ url: '/assets/index-a1.js', headers: { 'if-none-match': '"other"' } });
    expect(other.body).toBe('go()');
    expect((await app.inject({ method: 'HEAD', url: '/assets/index-a1.js' })).headers['content-length']).toBe('4');
  });

  it('tell what a document may do with documents, and with each file that its type is not guessed', async () => {
    writeFileSync(join(folder, 'assets', 'logo-c3.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
    const app = Fastify();
    await app.register(helmet, contentSecurityPolicy);
    servePages(app, await pagesOfFolder(folder));
    const asked = ['/', '/assets/logo-c3.svg', '/assets/index-a1.js'];
    const headers = await Promise.all(asked.map(async (url) => (await app.inject(url)).headers));
    expect(headers.map((one) => [one['x-content-type-options'], one['content-security-policy'] !== undefined])).toEqual(
      [
        ['nosniff', true],
        ['nosniff', true],
        ['nosniff', false],
      ],
    );
    expect(headers[2]).not.toHaveProperty('x-frame-options');
  });

  it('are answered as the build compressed them, to whoever takes that', async () => {
    writeFileSync(join(folder, 'assets', 'index-a1.js.br'), 'brotli');
    writeFileSync(join(folder, 'assets', 'index-a1.js.gz'), 'gzip');
    const app = await served();
    const ask = (accepted: string | undefined, more = {}) =>
      app.inject({
        url: '/assets/index-a1.js',
        headers: { ...(accepted === undefined ? {} : { 'accept-encoding': accepted }), ...more },
      });
    const cases = [
      ['gzip, deflate, br, zstd', 'brotli', 'br'],
      ['gzip, deflate', 'gzip', 'gzip'],
      ['GZIP;q=0.5, br;q=0', 'gzip', 'gzip'],
      ['br; q=0.0, gzip;q=0.000', 'go()', undefined],
      ['identity', 'go()', undefined],
      [undefined, 'go()', undefined],
    ] as const;
    const tags = new Set<unknown>();
    for (const [accepted, body, encoding] of cases) {
      const { headers, ...answer } = await ask(accepted);
      expect([accepted, answer.body, headers['content-encoding'], headers.vary]).toEqual([
        accepted,
        body,
        encoding,
        'accept-encoding',
      ]);
      expect(headers['content-type']).toBe('text/javascript; charset=utf-8');
      tags.add(headers.etag);
    }
    expect(tags.size).toBe(3);
    const tag = String((await ask('br')).headers.etag);
    expect((await ask('br', { 'if-none-match': tag })).statusCode).toBe(304);
    expect((await ask('gzip', { 'if-none-match': tag })).body).toBe('gzip');
    // What is compressed is no page of its own.
    expect((await app.inject('/assets/index-a1.js.br')).statusCode).toBe(404);
  });

  it('of the application answer every path that a browser opens, but no file and no API', async () => {
    const app = await served();
    for (const url of ['/', '/index.html', '/updates', '/upgrades/17/layers', '/%2e%2e/%2e%2e/etc/passwd']) {
      const answer = await app.inject(url);
      expect([url, answer.body, answer.headers['cache-control']]).toEqual([url, '<title>console</title>', 'no-cache']);
    }
    for (const url of ['/assets/gone-b2.js', '/favicon.ico', '/api/v1/nothing', '/v2/x']) {
      expect([url, (await app.inject(url)).json()]).toEqual([url, expect.objectContaining({ code: 'ROUTE_UNKNOWN' })]);
    }
  });

  it('are not those of a folder with more than pages, and never what a link leads to', async () => {
    symlinkSync('/etc/hostname', join(folder, 'assets', 'host.txt'));
    expect([...(await pagesOfFolder(folder)).files.keys()].toSorted()).toEqual(['assets/index-a1.js', 'index.html']);
    writeFileSync(join(folder, 'disk.img'), '');
    truncateSync(join(folder, 'disk.img'), 65 * 1024 * 1024);
    await expect(pagesOfFolder(folder)).rejects.toMatchObject({ code: 'INPUT_INVALID', place: folder });
  });
});
