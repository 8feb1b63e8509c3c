import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Secret } from '@sealift/core/secret';
import { dockerLogin, startDockerRegistry } from '@sealift/testkit/docker-registry';
import { type Oddities, startOddRegistry } from '@sealift/testkit/odd-registry';
import { peer } from '@sealift/testkit/peers';
import { afterEach, describe, expect, it } from 'vitest';
import { basicCredential } from '../credential.ts';
import { RegistryClient } from '../registry-client/client.ts';
import { tryRegistry } from './try-registry.ts';

const dockerRegistry = peer('docker-registry');

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function outcomes(
  registry: string,
  {
    password = '',
    push = true,
    allowedOrigins,
  }: { password?: string; push?: boolean; allowedOrigins?: readonly string[] } = {},
) {
  const credential = password === '' ? undefined : basicCredential('me', new Secret(password));
  const client = new RegistryClient({
    registry,
    plainHttp: true,
    credential,
    retryDelaysMs: [],
    idleTimeoutMs: 2000,
    env: {},
    allowedOrigins,
  });
  open.push(client);
  const checks = await tryRegistry(client, { base: 'team/packs', push, hasLogin: credential !== undefined });
  const short = Object.fromEntries(checks.map(({ name, outcome, code }) => [name, code ?? outcome]));
  return { client, checks, short, detail: (name: string) => checks.find((check) => check.name === name)?.detail ?? '' };
}

async function startOdd(oddities: Oddities = {}) {
  const { intercept } = oddities;
  const registry = await startOddRegistry({
    ...oddities,
    intercept: (seen) =>
      seen.path.includes('/tags/list') ? { status: 200, body: '{"tags":["release-x-1"]}' } : intercept?.(seen),
  });
  open.push(registry);
  return registry;
}

async function odd(oddities: Oddities): Promise<string> {
  return (await startOdd(oddities)).registry;
}

/** What stands before a registry and takes no request larger than so many bytes, as nginx does. */
async function limitedProxy(target: string, limitBytes: number): Promise<string> {
  const server = createServer((down, answer) => {
    if (Number(down.headers['content-length'] ?? 0) > limitBytes) {
      answer.writeHead(413, { connection: 'close' }).end('<html>413 Request Entity Too Large</html>');
      return;
    }
    const [host, port] = target.split(':');
    const { method, url: path, headers } = down;
    const up = forward({ host, port, method, path, headers }, (found) => {
      answer.writeHead(found.statusCode ?? 502, found.headers);
      found.pipe(answer);
    });
    up.on('error', () => answer.destroy());
    down.pipe(up);
  });
  server.on('checkContinue', (down, answer) => {
    if (Number(down.headers['content-length'] ?? 0) <= limitBytes) answer.writeContinue();
    server.emit('request', down, answer);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  open.push({
    close: async () => {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe.skipIf(dockerRegistry.missing)(`a trial of docker-registry (${dockerRegistry.remedy})`, () => {
  async function start(passwords?: string): Promise<string> {
    const started = await startDockerRegistry(dockerRegistry, passwords);
    open.push({ close: () => started.stop() });
    return started.registry;
  }

  it('passes with a good login, and leaves nothing that can be seen', async () => {
    const registry = await start(dockerLogin.htpasswd);
    const { short, client, detail } = await outcomes(registry, { password: 'secret' });
    expect(short).toEqual({
      reach: 'pass',
      login: 'pass',
      pull: 'pass',
      push: 'pass',
      artifacts: 'pass',
      'body-limit': 'pass',
    });
    expect(detail('reach')).toContain('over HTTP without TLS');
    expect(detail('push')).toContain('removed again');
    const [, digest = ''] = /(sha256:[0-9a-f]{64})/.exec(detail('push')) ?? [];
    expect(digest).toBe('');
    expect(await client.listTags('team/packs/sealift-trial').catch(() => [])).toEqual([]);
  });

  it.each([
    ['a wrong', 'wrong'],
    ['no', ''],
  ])('says so of %s login, and tries nothing further', async (_, password) => {
    const { short } = await outcomes(await start(dockerLogin.htpasswd), { password });
    expect(short).toEqual({
      reach: 'pass',
      login: 'REGISTRY_UNAUTHORIZED',
      pull: 'unknown',
      push: 'unknown',
      artifacts: 'unknown',
      'body-limit': 'unknown',
    });
  });

  it('does not praise a login that nobody looked at', async () => {
    const { short } = await outcomes(await start(), { password: 'secret' });
    expect(short).toMatchObject({ login: 'warn', push: 'pass' });
  });

  it.each([1_000_000, 3_000_000])('finds the limit of %i bytes that stands before it', async (limit) => {
    const proxy = await limitedProxy(await start(), limit);
    const { short, detail } = await outcomes(proxy);
    expect(short).toMatchObject({ push: 'pass', 'body-limit': 'warn' });
    const [taken = 0, refused = 0] = [...detail('body-limit').matchAll(/([\d.]+) (MiB|KiB)/g)].map(
      ([, number, unit]) => Number(number) * (unit === 'MiB' ? 1024 * 1024 : 1024),
    );
    expect(taken).toBeLessThanOrEqual(limit * 1.05);
    expect(refused).toBeGreaterThanOrEqual(limit * 0.95);
    expect(refused).toBeLessThan(taken * 1.3);
  });
});

describe('a trial of a registry', () => {
  it('that takes no artifacts of OCI 1.1 warns, and one that takes none at all fails', async () => {
    expect((await outcomes(await odd({ artifacts: 'no-artifact-type' }))).short).toMatchObject({
      push: 'pass',
      artifacts: 'warn',
    });
    expect((await outcomes(await odd({ artifacts: 'images-only' }))).short).toMatchObject({
      push: 'pass',
      artifacts: 'REGISTRY_REFUSED',
      'body-limit': 'unknown',
    });
  });

  it('that lets nothing be removed says what stays', async () => {
    const registry = await odd({
      intercept: ({ method, path }) =>
        method === 'DELETE' && path.includes('/manifests/') ? { status: 405 } : undefined,
    });
    const { short, detail } = await outcomes(registry);
    expect(short).toMatchObject({ push: 'pass' });
    expect(detail('push')).toMatch(/stays there, harmless and without a tag \(sha256:[0-9a-f]{64}\)/);
  });

  it('that takes nothing fails at the push, and one that takes no pieces is told so', async () => {
    const readOnly = await odd({ intercept: ({ method }) => (method === 'POST' ? { status: 403 } : undefined) });
    expect((await outcomes(readOnly)).short).toMatchObject({
      pull: 'pass',
      push: 'REGISTRY_DENIED',
      artifacts: 'unknown',
    });
    expect((await outcomes(readOnly, { push: false })).short).toMatchObject({ pull: 'pass', push: 'unknown' });
    expect((await outcomes(await odd({ wholeOnly: true }))).short).toMatchObject({ 'body-limit': 'warn' });
    expect((await outcomes(await odd({ bodyLimitBytes: 20_000 }))).short).toMatchObject({
      'body-limit': 'REGISTRY_BODY_LIMIT',
    });
  });

  it('that is only to be pulled from sends nothing', async () => {
    const registry = await startOdd();
    await outcomes(registry.registry, { push: false });
    expect(registry.requests.map(({ method }) => method)).toEqual(['GET', 'GET']);
  });

  it('that leads elsewhere than allowed goes nowhere', async () => {
    const registry = await startOdd({ redirect: 307 });
    const { short } = await outcomes(registry.registry, { allowedOrigins: [] });
    expect(short).toMatchObject({ push: 'REGISTRY_ORIGIN_REFUSED' });
    expect(registry.redirected).toEqual([]);
  });

  it('that never answers, or is none, ends', async () => {
    const silent = await odd({ drip: 'headers' });
    expect((await outcomes(silent)).short).toMatchObject({ reach: 'REGISTRY_UNREACHABLE', login: 'unknown' });
    expect((await outcomes('127.0.0.1:1')).short).toMatchObject({ reach: 'REGISTRY_UNREACHABLE', pull: 'unknown' });
  });
});
