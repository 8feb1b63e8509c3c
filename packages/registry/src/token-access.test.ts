import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '@sealift/core/secret';
import { basicCredential } from '@sealift/oci/credential';
import { digestOf } from '@sealift/oci/digest';
import { RegistryClient } from '@sealift/oci/registry-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ServedRegistry, serveRegistry } from './serve.ts';
import { userAccess } from './users.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let folder: string;
let served: ServedRegistry;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-token-access-'));
  await serve('none');
});
afterEach(async () => {
  await served.close();
  await rm(folder, { recursive: true, force: true });
});

async function serve(anonymous: 'none' | 'pull', port = 0): Promise<void> {
  const users = [
    { name: 'writer', password: new Secret('w'), access: 'push' },
    { name: 'reader', password: new Secret('r'), access: 'pull' },
  ] as const;
  served = await serveRegistry({
    storageDir: folder,
    host: '127.0.0.1',
    port,
    authorize: userAccess(users, anonymous),
  });
}

function basic(login: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(login).toString('base64')}` };
}

async function call(method: string, path: string, headers: Record<string, string> = {}, body?: string) {
  const answer = await fetch(new URL(path, served.url), { method, headers, ...(body === undefined ? {} : { body }) });
  const text = await answer.text();
  const content = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  return { status: answer.status, headers: answer.headers, content };
}

/** What a client does: asks for a token with the scopes of a challenge. */
async function tokenFor(login: string | undefined, ...scopes: string[]): Promise<Record<string, string>> {
  const query = new URLSearchParams({ service: 'sealift-registry' });
  for (const scope of scopes) query.append('scope', scope);
  const { content } = await call('GET', `/token?${query.toString()}`, login === undefined ? {} : basic(login));
  return { authorization: `Bearer ${String(content['token'])}` };
}

const upload = `/blobs/uploads/?digest=${digestOf('content')}`;

describe('access by token', () => {
  it('is offered with the scope that a request needs', async () => {
    const challenge = async (method: string, path: string): Promise<string | null> =>
      (await call(method, path)).headers.get('www-authenticate');
    const realm = `Bearer realm="${served.url}/token",service="sealift-registry"`;
    expect(await challenge('GET', '/v2/')).toBe(realm);
    expect(await challenge('GET', '/v2/a/b/tags/list')).toBe(`${realm},scope="repository:a/b:pull"`);
    expect(await challenge('POST', '/v2/a/b/blobs/uploads/')).toBe(`${realm},scope="repository:a/b:pull,push"`);
    expect(await challenge('DELETE', '/v2/a/b/manifests/1')).toBe(`${realm},scope="repository:a/b:delete"`);
    expect(await challenge('GET', '/v2/not//an/endpoint')).toBe(realm);
  });

  it('lets a token do what its scopes say, in its repositories, and asks for another beyond', async () => {
    const token = await tokenFor('writer:w', 'repository:a:pull,push');
    expect((await call('GET', '/v2/', token)).status).toBe(200);
    expect((await call('POST', `/v2/a${upload}`, token, 'content')).status).toBe(201);
    expect((await call('HEAD', `/v2/a/blobs/${digestOf('content')}`, token)).status).toBe(200);
    const elsewhere = await call('POST', `/v2/b${upload}`, token, 'content');
    expect(elsewhere.status).toBe(401);
    expect(elsewhere.headers.get('www-authenticate')).toMatch(
      /scope="repository:b:pull,push",error="insufficient_scope"$/,
    );
    expect((await call('DELETE', `/v2/a/blobs/${digestOf('content')}`, token)).status).toBe(401);
    const all = await tokenFor('writer:w', 'repository:a:delete');
    expect((await call('DELETE', `/v2/a/blobs/${digestOf('content')}`, all)).status).toBe(202);
  });

  it('mounts a blob only from where the token may pull', async () => {
    await call('POST', `/v2/from${upload}`, basic('writer:w'), 'content');
    const mount = `/v2/to/blobs/uploads/?mount=${digestOf('content')}&from=from`;
    const narrow = await tokenFor('writer:w', 'repository:to:pull,push');
    expect((await call('POST', mount, narrow)).status).toBe(202);
    const wide = await tokenFor('writer:w', 'repository:to:pull,push', 'repository:from:pull');
    expect((await call('POST', mount, wide)).status).toBe(201);
  });

  it('gives a reader no more than pulling, whatever is asked for', async () => {
    const token = await tokenFor('reader:r', 'repository:a:*');
    expect((await call('POST', `/v2/a${upload}`, token, 'content')).status).toBe(403);
    expect((await call('DELETE', '/v2/a/manifests/1', token)).status).toBe(403);
    expect((await call('GET', '/v2/a/tags/list', token)).status).toBe(404);
  });

  it('answers the form of OAuth 2 too', async () => {
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    const form = (more: Record<string, string>): string =>
      new URLSearchParams({
        service: 'sealift-registry',
        client_id: 'x',
        scope: 'repository:a:pull',
        ...more,
      }).toString();
    const login = { grant_type: 'password', username: 'reader', password: 'r' };
    const given = await call('POST', '/token', type, form(login));
    expect(given.content).toMatchObject({ token_type: 'Bearer', scope: 'repository:a:pull', expires_in: 300 });
    expect(given.headers.get('cache-control')).toBe('no-store');
    expect((await call('POST', '/token', type, form({ ...login, password: 'x' }))).status).toBe(401);
    expect((await call('POST', '/token', type, form({ grant_type: 'password' }))).status).toBe(400);
    expect((await call('POST', '/token', type, form({ ...login, service: 'other' }))).status).toBe(400);
    expect((await call('POST', '/token', type, 'x'.repeat(20_000))).status).toBe(413);
  });

  it('gives no token for a wrong login or for none, and none of another registry is good', async () => {
    expect((await call('GET', '/token', basic('writer:x'))).status).toBe(401);
    expect((await call('GET', '/token')).status).toBe(401);
    expect((await call('GET', '/v2/', { authorization: 'Bearer sealift-registry.e30.AAAA' })).status).toBe(401);
  });

  it('lets nobody guess on: after five failures at any door an address waits, and its tokens stay good', async () => {
    const token = await tokenFor('writer:w', 'repository:a:pull,push');
    expect((await call('GET', '/token', basic('writer:x'))).status).toBe(401);
    for (let count = 0; count < 4; count += 1) {
      expect((await call('GET', '/v2/', basic('writer:y'))).status).toBe(401);
    }
    const refused = await call('GET', '/v2/', basic('writer:w'));
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.content).toMatchObject({ errors: [{ code: 'TOOMANYREQUESTS' }] });
    expect((await call('GET', '/token', basic('writer:w'))).status).toBe(429);
    expect((await call('POST', `/v2/a${upload}`, token, 'content')).status).toBe(201);
  });

  it('lets our client in by password, and goes on with the token after a restart', async () => {
    const { registry } = served;
    const credential = basicCredential('writer', new Secret('w'));
    const client = new RegistryClient({ registry, plainHttp: true, credential, env: {} });
    const token = await tokenFor('writer:w', 'repository:a:pull,push');
    await client.ping();
    await served.close();
    await serve('none', Number(registry.split(':')[1]));
    expect((await call('POST', `/v2/a${upload}`, token, 'content')).status).toBe(201);
    expect(await client.blobSize('a', digestOf('content'))).toBe(7);
    client.close();
  });

  it('lets nobody in particular pull where that is allowed, and push nowhere', async () => {
    await call('POST', `/v2/a${upload}`, basic('writer:w'), 'content');
    await served.close();
    await serve('pull');
    const blob = `/v2/a/blobs/${digestOf('content')}`;
    const head = async (headers: Record<string, string>): Promise<number> => (await call('HEAD', blob, headers)).status;
    expect(await head({})).toBe(200);
    expect(await head(await tokenFor(undefined, 'repository:a:pull,push'))).toBe(200);
    expect((await call('GET', '/v2/')).headers.get('www-authenticate')).toMatch(/^Bearer /);
    const push = await call('POST', `/v2/b${upload}`, {}, 'content');
    expect(push.status).toBe(401);
    expect(push.headers.get('www-authenticate')).toContain('scope="repository:b:pull,push"');
  });
});
