import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { isSealiftError } from '@sealift/core/errors';
import { Secret } from '@sealift/core/secret';
import { type Oddities, type OddRegistry, startOddRegistry } from '@sealift/testkit/odd-registry';
import { afterEach, describe, expect, it } from 'vitest';
import { basicCredential } from '../credential.ts';
import { digestOf } from '../digest.ts';
import { RegistryClient, type RegistryClientOptions } from './client.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

function clientOf(registry: string, more: Partial<RegistryClientOptions> = {}): RegistryClient {
  const client = new RegistryClient({ registry, plainHttp: true, env: {}, retryDelaysMs: [1, 1, 1], ...more });
  open.push(client);
  return client;
}

async function start(oddities: Oddities, more: Partial<RegistryClientOptions> = {}) {
  const odd: OddRegistry = await startOddRegistry(oddities);
  open.push(odd);
  return { odd, client: clientOf(odd.registry, more) };
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => 'none',
    (failure: unknown) => failure,
  );
  return isSealiftError(error) ? error.code : String(error);
}

/** Refuses some requests first, for a reason that passes. */
function busy(times: number, path: string, status: number): Oddities {
  let left = times;
  return {
    intercept: (request) => {
      if (!request.path.startsWith(path) || left === 0) return undefined;
      left -= 1;
      return { status, headers: { 'retry-after': '0' } };
    },
  };
}

describe('what fails for a reason that passes', () => {
  it.each([408, 425, 429, 500, 502, 503, 504])('is asked for again after %i, at /v2/ too', async (status) => {
    const { odd, client } = await start(busy(3, '/v2/', status));
    await client.ping();
    expect(odd.requests).toHaveLength(4);
  });

  it('is given up once attempts are used up, with the registry’s own words', async () => {
    const { odd, client } = await start(busy(100, '/v2/', 503));
    expect(await codeOf(client.listTags('a/b'))).toBe('REGISTRY_FAILED');
    expect(odd.requests).toHaveLength(4);
  });

  it('is asked for again at the token service', async () => {
    const credential = basicCredential('user', new Secret('password'));
    const { odd, client } = await start({ tokens: 'busy-at-first' }, { credential });
    await client.ping();
    expect(odd.requests.filter(({ path }) => path.startsWith('/token'))).toHaveLength(2);
  });

  it.each([400, 401, 403, 404, 501, 507])('is no %i', async (status) => {
    const { odd, client } = await start({ intercept: () => ({ status }) });
    expect(await codeOf(client.ping())).toMatch(/^REGISTRY_/);
    expect(odd.requests).toHaveLength(1);
  });

  it('is a registry that was there and is gone, not one that never was', async () => {
    const retries: number[] = [];
    const { odd, client } = await start({});
    const onRetry = ({ attempt }: { readonly attempt: number }) => void retries.push(attempt);
    await client.ping();
    await odd.close();
    expect(await codeOf(client.with({ onRetry }).ping())).toBe('REGISTRY_UNREACHABLE');
    expect(retries).toEqual([1, 2, 3]);
    retries.splice(0);
    expect(await codeOf(clientOf(odd.registry).with({ onRetry }).ping())).toBe('REGISTRY_UNREACHABLE');
    expect(retries).toEqual([]);
  });
});

describe('plain HTTP to a registry that speaks TLS', () => {
  it.each([
    ['Client sent an HTTP request to an HTTPS server.\n'],
    ['<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head></html>'],
  ])('is told as that, with what to write: %s', async (body) => {
    const { odd, client } = await start({ intercept: () => ({ status: 400, body }) });
    const error: unknown = await client.ping().catch((failure: unknown) => failure);
    if (!isSealiftError(error, 'REGISTRY_UNREACHABLE')) throw new Error('it was told otherwise', { cause: error });
    expect(error.message).toContain('it expects HTTPS there');
    expect(error.hint).toContain(`https://${odd.registry}`);
    expect(odd.requests).toHaveLength(1);
  });
});

describe('a registry that never ends', () => {
  const digest = digestOf('any');
  const reads: readonly [string, (client: RegistryClient) => Promise<unknown>][] = [
    ['a list of tags', (client) => client.listTags('a/b')],
    ['a list of referrers', (client) => client.listReferrers('a/b', digest)],
    ['a manifest', (client) => client.getManifest('a/b', 'tag')],
    ['a question for a manifest', (client) => client.headManifest('a/b', 'tag')],
    ['a question for a blob', (client) => client.hasBlob('a/b', digest)],
    ['a login', (client) => client.ping()],
    ['an upload', (client) => client.uploads.start('a/b')],
  ];

  it.each(reads)('ends while its answer’s header drips: %s', async (_what, read) => {
    const { client } = await start({ drip: 'headers' }, { idleTimeoutMs: 100 });
    expect(await codeOf(read(client))).toBe('REGISTRY_UNREACHABLE');
  });

  it.each(reads.slice(0, 3))('ends while its answer drips: %s', async (_what, read) => {
    const answer = { status: 200, body: '' };
    const { client } = await start({ drip: 'bodies', intercept: () => answer }, { idleTimeoutMs: 100 });
    expect(await codeOf(read(client))).toBe('REGISTRY_UNREACHABLE');
  });

  it.each(reads)('ends while it says nothing: %s', async (_what, read) => {
    const server = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    open.push(server);
    const registry = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await codeOf(read(clientOf(registry, { idleTimeoutMs: 100 })))).toBe('REGISTRY_UNREACHABLE');
  });

  it.each(['empty', 'full'] as const)('ends with pages of tags without end, %s ones', async (endlessPages) => {
    const { odd, client } = await start({ endlessPages });
    expect(await codeOf(client.listTags('a/b'))).toBe('REGISTRY_LIST_TOO_LONG');
    expect(odd.requests.length).toBeLessThanOrEqual(2000);
  });
});
