import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { isSealiftError } from '@sealift/core/errors';
import { Secret } from '@sealift/core/secret';
import { afterEach, describe, expect, it } from 'vitest';
import { basicCredential } from '../credential.ts';
import { digestOf } from '../digest.ts';
import { readBounded } from '../verify-stream.ts';
import { RegistryClient, type RegistryClientOptions } from './client.ts';

/** Servers that misbehave, which no real registry can be asked to. */
const open: (Server | RegistryClient)[] = [];
afterEach(() => {
  for (const one of open.splice(0)) {
    if (one instanceof RegistryClient) one.close();
    else {
      one.closeAllConnections();
      one.close();
    }
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function clientOf(registry: string, options: Partial<RegistryClientOptions> = {}): RegistryClient {
  const client = new RegistryClient({ registry, plainHttp: true, env: {}, ...options });
  open.push(client);
  return client;
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'none';
  } catch (error) {
    return isSealiftError(error) ? error.code : String(error);
  }
}

async function read(client: RegistryClient, digest = blobDigest): Promise<string> {
  return (await readBounded(await client.openBlob('a/b', digest), 10_000_000, 'blob')).toString();
}

const blob = 'the content of a blob';
const blobDigest = digestOf(blob);
const credential = basicCredential('user', new Secret('password'));

function answer(response: ServerResponse, status: number, headers: Record<string, string> = {}, body = ''): void {
  response.writeHead(status, headers).end(body);
}

describe('a registry client and hostile or broken registries', () => {
  it('does not believe a blob that is short, long or wrong', async () => {
    const bodies = { short: blob.slice(1), long: `${blob}!`, wrong: blob.toUpperCase(), right: blob };
    for (const [kind, body] of Object.entries(bodies)) {
      const registry = await serve((_request, response) => {
        const announced = kind === 'long' || kind === 'short' ? body.length : blob.length;
        answer(response, 200, { 'content-length': String(announced) }, body);
      });
      const expected = kind === 'right' ? 'none' : 'CONTENT_DIGEST_MISMATCH';
      expect(`${kind} ${await codeOf(read(clientOf(registry)))}`).toBe(`${kind} ${expected}`);
    }
  });

  it('reports a line cut in the middle of a blob', async () => {
    const registry = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': String(blob.length) });
      response.write(blob.slice(0, 5), () => response.socket?.destroy());
    });
    expect(await codeOf(read(clientOf(registry)))).toBe('REGISTRY_UNREACHABLE');
  });

  it('gives up on a registry that falls silent, before and in the middle of an answer', async () => {
    const silent = await serve(() => undefined);
    expect(await codeOf(clientOf(silent, { idleTimeoutMs: 50 }).ping())).toBe('REGISTRY_UNREACHABLE');
    const stalls = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': String(blob.length) });
      response.write(blob.slice(0, 5));
    });
    expect(await codeOf(read(clientOf(stalls, { idleTimeoutMs: 50 })))).toBe('REGISTRY_UNREACHABLE');
  });

  it('bounds what it reads of a manifest, and checks it against its digest', async () => {
    let sent = 0;
    const registry = await serve((request, response) => {
      response.writeHead(200, { 'content-type': 'application/vnd.oci.image.manifest.v1+json' });
      if (request.url?.endsWith('/wrong') === true) {
        response.end('{}');
        return;
      }
      const endless = Readable.from(
        (function* () {
          for (;;) {
            sent += 65_536;
            yield Buffer.alloc(65_536);
          }
        })(),
      );
      endless.on('error', () => undefined).pipe(response);
      response.once('close', () => endless.destroy());
    });
    expect(await codeOf(clientOf(registry).getManifest('a/b', 'big'))).toBe('INPUT_TOO_LARGE');
    expect(sent).toBeLessThan(64 * 1024 * 1024);
    expect(await codeOf(clientOf(registry).getManifest('a/b', blobDigest))).toBe('INPUT_TOO_LARGE');
    const lies = await serve((_request, response) => {
      answer(response, 200, { 'docker-content-digest': blobDigest }, '{}');
    });
    expect(await codeOf(clientOf(lies).getManifest('a/b', 'tag'))).toBe('CONTENT_DIGEST_MISMATCH');
    // What was asked for counts, not what the registry says it sends.
    const other = await serve((_request, response) => {
      answer(response, 200, { 'docker-content-digest': digestOf('{}') }, '{}');
    });
    expect(await codeOf(clientOf(other).getManifest('a/b', blobDigest))).toBe('CONTENT_DIGEST_MISMATCH');
  });

  it('follows a redirect without handing the login to the other host', async () => {
    const seen: (string | undefined)[] = [];
    const storage = await serve((request, response) => {
      seen.push(request.headers.authorization);
      answer(response, 200, { 'content-length': String(blob.length) }, blob);
    });
    const registry = await serve((request, response) => {
      if (request.headers.authorization === undefined) answer(response, 401, { 'www-authenticate': 'Basic realm="x"' });
      else answer(response, 307, { location: `http://${storage}/elsewhere?signature=1` });
    });
    expect(await read(clientOf(registry, { credential }))).toBe(blob);
    expect(seen).toEqual([undefined]);
  });

  it('ends a circle of redirects, and refuses one to plain HTTP elsewhere', async () => {
    const circle = await serve((request, response) => answer(response, 307, { location: request.url ?? '/' }));
    expect(await codeOf(read(clientOf(circle)))).toBe('REGISTRY_ANSWER_INVALID');
    const out = await serve((_request, response) => answer(response, 307, { location: 'http://192.0.2.1/x' }));
    expect(await codeOf(read(clientOf(out)))).toBe('REGISTRY_PLAIN_HTTP_REFUSED');
    const scheme = await serve((_request, response) => answer(response, 307, { location: 'file:///etc/passwd' }));
    expect(await codeOf(read(clientOf(scheme)))).toBe('REGISTRY_PLAIN_HTTP_REFUSED');
  });

  it('refuses plain HTTP to another machine before any byte is sent', () => {
    expect(() => clientOf('192.0.2.1:5000')).toThrow(/plain HTTP/);
    expect(() => clientOf('127.0.0.1.evil.example')).toThrow(/plain HTTP/);
    expect(() => clientOf('localhost/evil@x')).toThrow(/not a valid/);
  });

  it('refuses a token service on another host without TLS, so that no login leaves', async () => {
    const logins: (string | undefined)[] = [];
    const thief = await serve((request, response) => {
      logins.push(request.headers.authorization);
      answer(response, 200, {}, '{"token":"t"}');
    });
    const registry = await serve((_request, response) => {
      answer(response, 401, { 'www-authenticate': `Bearer realm="http://${thief}/token",service="s"` });
    });
    expect(await codeOf(clientOf(registry, { credential }).ping())).toBe('REGISTRY_ANSWER_INVALID');
    expect(logins).toEqual([]);
  });

  it('fetches a token for what it does, uses it again, and renews it when it has ended', async () => {
    const asked: string[] = [];
    let valid = 0;
    const registry = await serve((request: IncomingMessage, response: ServerResponse) => {
      const url = new URL(request.url ?? '/', 'http://x');
      if (url.pathname === '/token') {
        valid += 1;
        asked.push(
          `${url.searchParams.get('service')} ${url.searchParams.getAll('scope').join(' ')} ${request.headers.authorization}`,
        );
        answer(response, 200, {}, JSON.stringify({ access_token: `t${valid}`, expires_in: 300 }));
        return;
      }
      const realm = `http://${request.headers.host}/token`;
      if (request.headers.authorization !== `Bearer t${valid}`) {
        answer(response, 401, { 'www-authenticate': `Bearer realm="${realm}",service="s",scope="x"` });
      } else answer(response, 200, { 'content-length': String(blob.length) }, request.method === 'HEAD' ? '' : blob);
    });
    const client = clientOf(registry, { credential });
    const basic = `Basic ${Buffer.from('user:password').toString('base64')}`;
    expect(await read(client)).toBe(blob);
    expect(await read(client)).toBe(blob);
    expect(asked).toEqual([`s repository:a/b:pull ${basic}`]);
    valid += 1;
    expect(await read(client)).toBe(blob);
    expect(asked).toHaveLength(2);
    await client.mountBlob('a/b', blobDigest, 'c/d').catch(() => undefined);
    expect(asked.at(-1)).toBe(`s repository:a/b:pull,push repository:c/d:pull ${basic}`);
  });

  it('tells a missing login, a wrong one and a missing right apart, and never shows the password', async () => {
    const registry = await serve((request, response) => {
      const challenge = { 'www-authenticate': 'Basic realm="x"' };
      const body = JSON.stringify({ errors: [{ code: 'DENIED', message: 'no\u001b[31m' }] });
      if (request.headers.authorization === undefined || request.method === 'HEAD') answer(response, 401, challenge);
      else answer(response, 403, {}, body);
    });
    expect(await codeOf(clientOf(registry).ping())).toBe('REGISTRY_UNAUTHORIZED');
    const client = clientOf(registry, { credential });
    expect(await codeOf(client.hasBlob('a/b', blobDigest))).toBe('REGISTRY_UNAUTHORIZED');
    const error: unknown = await client.ping().catch((reason: unknown) => reason);
    expect(isSealiftError(error, 'REGISTRY_DENIED')).toBe(true);
    expect(String(error)).toContain('DENIED: no');
    expect(String(error)).not.toMatch(/\p{C}|password/u);
  });

  it('refuses pages of tags that are no tags, lead elsewhere, or never end', async () => {
    const page = (tags: string[], link?: string) =>
      serve((_request, response) =>
        answer(response, 200, link === undefined ? {} : { link: `<${link}>; rel="next"` }, JSON.stringify({ tags })),
      );
    expect(await codeOf(clientOf(await page(['../x'])).listTags('a/b'))).toBe('REGISTRY_ANSWER_INVALID');
    expect(await codeOf(clientOf(await page(['a'], 'http://192.0.2.1/')).listTags('a/b'))).toBe(
      'REGISTRY_ANSWER_INVALID',
    );
    const many = Array.from({ length: 50_000 }, (_, i) => `t${i}`);
    let pages = 0;
    const endless = await serve((_request, response) => {
      pages += 1;
      answer(response, 200, { link: `</v2/a/b/tags/list?last=${pages}>; rel="next"` }, JSON.stringify({ tags: many }));
    });
    expect(await codeOf(clientOf(endless).listTags('a/b'))).toBe('REGISTRY_LIST_TOO_LONG');
  });

  it('reads the refusal a registry sends in the middle of an upload', async () => {
    const registry = await serve((request, response) => {
      if (request.method === 'POST') answer(response, 202, { location: '/session' });
      else {
        const body = JSON.stringify({ errors: [{ code: 'SIZE_INVALID', message: 'over quota' }] });
        answer(response, 413, { connection: 'close' }, body);
      }
    });
    const size = 64 * 1024 * 1024;
    const zeros = (): Promise<Readable> =>
      Promise.resolve(
        Readable.from(
          (function* () {
            for (let i = 0; i < 1024; i += 1) yield Buffer.alloc(65_536);
          })(),
          { objectMode: false },
        ),
      );
    const failed: unknown = await clientOf(registry)
      .pushBlob('a/b', blobDigest, size, zeros)
      .catch((reason: unknown) => reason);
    expect(isSealiftError(failed) && ['REGISTRY_FULL', 'REGISTRY_UNREACHABLE'].includes(failed.code)).toBe(true);
  });

  it('stops when it is cancelled', async () => {
    const stop = new AbortController();
    const registry = await serve(() => stop.abort());
    expect(await codeOf(clientOf(registry, { cancel: stop.signal }).ping())).toBe('PUSH_CANCELLED');
  });

  it('never goes through a proxy to this machine itself', async () => {
    const registry = await serve((_request, response) => answer(response, 404));
    const env = { HTTP_PROXY: 'http://127.0.0.1:9' };
    expect(await codeOf(clientOf(registry, { env }).ping())).toBe('REGISTRY_NOT_FOUND');
  });
});
