import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SiteCheck } from '@sealift/core/site';
import { afterEach, expect, it } from 'vitest';
import { lookAtImageRegistry } from './look-at-image-registry.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

async function lookAt(registry: string): Promise<SiteCheck> {
  const noCluster = () => Promise.reject(new Error('asked'));
  return await lookAtImageRegistry({ registry, base: 'sealift/images' }, noCluster, 60_000);
}

async function answering(status: number): Promise<string> {
  const server = createServer((_request, response) => response.writeHead(status).end('{}'));
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it('an image registry that answers without a login is right', async () => {
  const registry = await answering(200);
  expect(await lookAt(registry)).toMatchObject({ outcome: 'pass', detail: `${registry}, without a login` });
});

it.each([
  [401, 'imageRegistry.pullSecret', 'REGISTRY_UNAUTHORIZED', 'Secret'],
  [403, 'imageRegistry.pullSecret', 'REGISTRY_DENIED', 'Secret'],
  [404, 'imageRegistry', 'REGISTRY_NOT_FOUND', 'OCI registry'],
] as const)('one that answers %i is refused, at its field and with what helps', async (status, field, code, remedy) => {
  const look = await lookAt(await answering(status));
  expect(look).toMatchObject({ outcome: 'block', field, code, remedy: expect.stringContaining(remedy) as string });
});

it('one that is out of reach from here may be within that of the nodes, and is a warning', async () => {
  const look = await lookAt('127.0.0.1:1');
  expect(look).toMatchObject({
    outcome: 'warn',
    field: 'imageRegistry',
    remedy: expect.stringContaining('nodes') as string,
  });
});
