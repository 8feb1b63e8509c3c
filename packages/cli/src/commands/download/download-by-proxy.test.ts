import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBundle } from '@sealift/bundle/create';
import { parseSecretKey } from '@sealift/bundle/minisign';
import { keptCertificate } from '@sealift/registry/kept-certificate';
import { type FileServer, startFileServer } from '@sealift/testkit/file-server';
import { writeSmallRelease } from '@sealift/testkit/small-release';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { run } from '../../program.ts';
import { testContext } from '../../testing/test-context.ts';

const host = 'releases.example';
const login = { user: 'gap', password: 'open-sesame' };

let folder: string;
let files: FileServer;
let secure: Server;
let proxy: Server;
/** What the proxy was asked for, with the login that came with it. */
const asked: { readonly what: string; readonly authorization: string | undefined }[] = [];
const sockets = new Set<Socket>();

const portOf = (server: Server): number => (server.address() as AddressInfo).port;
const isAllowed = ({ headers }: IncomingMessage): boolean =>
  headers['proxy-authorization'] === `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`;

/** A proxy as RFC 9110 has it (sections 7.6, 9.3.6): whole addresses, and tunnels. The server's name is known to it alone. */
function proxyServer(): Server {
  const server = createServer((incoming, response) => {
    asked.push({ what: `${incoming.method} ${incoming.url}`, authorization: incoming.headers['proxy-authorization'] });
    if (!isAllowed(incoming)) return void response.writeHead(407, { 'proxy-authenticate': 'Basic' }).end();
    const { pathname } = new URL(incoming.url ?? '');
    const { range } = incoming.headers;
    const headers = range === undefined ? {} : { range };
    const onward = request(`${files.url}${pathname}`, { method: incoming.method ?? 'GET', headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    onward.end();
  });
  server.on('connect', (incoming: IncomingMessage, socket: Socket) => {
    asked.push({ what: `CONNECT ${incoming.url}`, authorization: incoming.headers['proxy-authorization'] });
    socket.on('error', () => undefined);
    if (!isAllowed(incoming)) return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    const onward = connect(portOf(secure), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    onward.on('error', () => socket.destroy());
    for (const one of [socket, onward]) sockets.add(one);
  });
  return server;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-download-proxy-'));
  for (const name of ['trusted', 'release', 'web']) mkdirSync(join(folder, name));
  await sealift({}, 'keys', 'generate', '--out', join(folder, 'vendor'));
  await sealift({}, 'keys', 'trust', join(folder, 'vendor.pub'));
  const releaseFile = await writeSmallRelease(join(folder, 'release'));
  const secretKey = parseSecretKey(readFileSync(join(folder, 'vendor.key'), 'utf8'), 'vendor.key');
  await createBundle({ releaseFile, output: join(folder, 'web', 'a.bin'), secretKey, executables: [] });
  files = await startFileServer(join(folder, 'web'));
  const { cert, key } = await keptCertificate(join(folder, 'tls'), [host]);
  writeFileSync(join(folder, 'ca.pem'), cert);
  secure = createTlsServer({ cert, key }, (incoming, response) => {
    const headers = incoming.headers.range === undefined ? {} : { range: incoming.headers.range };
    const onward = request(`${files.url}${incoming.url}`, { method: incoming.method ?? 'GET', headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.end();
  });
  proxy = proxyServer();
  for (const server of [secure, proxy]) await once(server.listen(0, '127.0.0.1'), 'listening');
}, 60_000);
beforeEach(() => {
  asked.length = 0;
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  for (const server of [proxy, secure]) {
    server?.closeAllConnections();
    server?.close();
  }
  await files?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function sealift(env: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const { context, written } = testContext({
    env: { HOME: folder, XDG_STATE_HOME: join(folder, 'state'), SEALIFT_TRUSTED_KEYS: join(folder, 'trusted'), ...env },
  });
  const code = await run(args, context);
  return { code, shown: [...written.out, ...written.notes].join('\n') };
}

it.each(['http', 'https'])(
  'a bundle at an %s address comes through the proxy that the variables name',
  async (scheme) => {
    const to = join(folder, `${scheme}.bin`);
    const variable = {
      [`${scheme.toUpperCase()}_PROXY`]: `http://${login.user}:${login.password}@127.0.0.1:${portOf(proxy)}`,
    };
    const ca = ['--ca-file', join(folder, 'ca.pem')];
    const { code, shown } = await sealift(variable, 'download', `${scheme}://${host}/a.bin`, '-o', to, ...ca);
    expect(`exit ${code}\n${shown}`).toMatch(/^exit 0\n/);
    expect(readFileSync(to).equals(readFileSync(join(folder, 'web', 'a.bin')))).toBe(true);
    const expected = scheme === 'http' ? `GET http://${host}/a.bin` : `CONNECT ${host}:443`;
    expect(asked.map(({ what }) => what)).toContain(expected);
    expect(shown).not.toContain(login.password);
  },
);

it('a proxy that refuses the login is named, without its password', async () => {
  const wrong = `http://${login.user}:wrong-word@127.0.0.1:${portOf(proxy)}`;
  const to = join(folder, 'none.bin');
  const ca = ['--ca-file', join(folder, 'ca.pem')];
  const refused = await sealift({ HTTPS_PROXY: wrong }, 'download', `https://${host}/a.bin`, '-o', to, ...ca);
  expect([refused.code, refused.shown]).toEqual([expect.any(Number), expect.stringContaining('DOWNLOAD_REFUSED')]);
  expect(refused.shown).toContain('Give the login of the proxy in HTTPS_PROXY');
  expect(refused.shown).not.toContain('wrong-word');
  // One question for the index, one for the file: no waiting helps.
  expect(asked.length).toBeLessThanOrEqual(2);
});
