import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Secret } from '@sealift/core/secret';
import { basicCredential } from '@sealift/oci/credential';
import { RegistryClient } from '@sealift/oci/registry-client';
import { peer } from '@sealift/testkit/peers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ServedRegistry, serveRegistry } from './serve.ts';
import { userAccess } from './users.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const openssl = peer('openssl');
const run = promisify(execFile);

describe.skipIf(openssl.missing)(`a registry with TLS (${openssl.remedy})`, () => {
  let folder: string;
  let served: ServedRegistry;
  const file = (name: string): string => join(folder, name);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sealift-tls-'));
    const request = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test';
    const names = ['-addext', 'subjectAltName=IP:127.0.0.1'];
    const files = ['-keyout', file('key.pem'), '-out', file('cert.pem')];
    await run(openssl.path, [...request.split(' '), ...names, ...files]);
    served = await serveRegistry({
      storageDir: file('storage'),
      host: '127.0.0.1',
      port: 0,
      tls: { cert: await readFile(file('cert.pem'), 'utf8'), key: await readFile(file('key.pem'), 'utf8') },
      authorize: userAccess([{ name: 'writer', password: new Secret('secret'), access: 'push' }]),
    });
  });
  afterAll(async () => {
    await served?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function ping(registry: string, env: Record<string, string>): Promise<string> {
    const client = new RegistryClient({ registry, credential: basicCredential('writer', new Secret('secret')), env });
    try {
      await client.ping();
      return 'good';
    } catch (error) {
      return error instanceof Error && 'code' in error ? String(error.code) : String(error);
    } finally {
      client.close();
    }
  }

  it('is trusted through SSL_CERT_FILE and not without', async () => {
    expect(await ping(served.registry, { SSL_CERT_FILE: file('cert.pem') })).toBe('good');
    expect(await ping(served.registry, {})).toBe('REGISTRY_CERTIFICATE_UNTRUSTED');
  });

  it('is not taken for another host its certificate does not name', async () => {
    const elsewhere = served.registry.replace('127.0.0.1', 'localhost');
    expect(await ping(elsewhere, { SSL_CERT_FILE: file('cert.pem') })).toBe('REGISTRY_CERTIFICATE_UNTRUSTED');
  });

  it('says which file of certificates cannot be read', () => {
    const env = { SSL_CERT_FILE: file('absent.pem') };
    expect(() => new RegistryClient({ registry: served.registry, env })).toThrow(/absent\.pem/);
  });
});
