import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Secret } from '@sealift/core/secret';
import { basicCredential } from '@sealift/oci/credential';
import { digestOf } from '@sealift/oci/digest';
import { RegistryClient } from '@sealift/oci/registry-client';
import { dockerLogin } from '@sealift/testkit/docker-registry';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../program.ts';
import { testContext } from '../../testing/test-context.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-cli-registry-'));
  await writeFile(join(folder, 'password'), 'secret\n');
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

interface Session {
  readonly lines: string[];
  readonly stop: AbortController;
  readonly ended: Promise<number>;
}

function sealift(...args: string[]): Session {
  const lines: string[] = [];
  const stop = new AbortController();
  const { context } = testContext({
    out: (text) => lines.push(text),
    note: (text) => lines.push(text),
    cancel: stop.signal,
  });
  return { lines, stop, ended: run(['registry', ...args], context) };
}

async function fails(...args: string[]): Promise<string> {
  const { lines, ended } = sealift(...args);
  return `${await ended} ${/code: (\w+)/.exec(lines.join('\n'))?.[1] ?? lines.join('\n')}`;
}

describe('sealift registry', () => {
  it('serves until it is stopped, then is cleaned up and checked', async () => {
    const storage = join(folder, 'storage');
    const user = `me=${join(folder, 'password')}`;
    const serving = sealift('serve', '--storage', storage, '--listen', '127.0.0.1:0', '--push-user', user);
    await expect.poll(() => serving.lines.join()).toMatch(/^Registry http/);
    const registry = /127\.0\.0\.1:\d+/.exec(serving.lines.join())?.[0] ?? '';
    const credential = basicCredential('me', new Secret('secret'));
    const client = new RegistryClient({ registry, plainHttp: true, credential, env: {} });
    const digest = digestOf('content');
    await client.pushBlob('a/b', digest, 7, async () => Readable.from([Buffer.from('content')]));
    expect(await client.blobSize('a/b', digest)).toBe(7);
    client.close();
    serving.stop.abort();
    expect(await serving.ended).toBe(0);

    const said = sealift('gc', '--storage', storage, '--dry-run');
    expect(await said.ended).toBe(0);
    expect(said.lines.join()).toContain(
      'Would remove 0 manifests, 0 blobs and 0 upload sessions: 0 bytes. 1 blobs stay.',
    );
    const gc = sealift('gc', '--storage', storage, '--json');
    expect(await gc.ended).toBe(0);
    expect(JSON.parse(gc.lines.join())).toMatchObject({ blobs: 0, keptBlobs: 1 });
    const clean = sealift('scrub', '--storage', storage);
    expect(await clean.ended).toBe(0);
    await writeFile(join(storage, 'blobs', 'sha256', digest.slice(7)), 'CONTENT');
    const damaged = sealift('scrub', '--storage', storage);
    expect(await damaged.ended).toBe(2);
    expect(damaged.lines.join('\n')).toContain(`damaged: ${digest}`);
  });

  it('serves other machines with a certificate it makes, to the users of an htpasswd file, and says so in JSON', async () => {
    const storage = join(folder, 'storage');
    const file = join(folder, 'htpasswd');
    await writeFile(file, dockerLogin.htpasswd);
    const args = ['--listen', '0.0.0.0:0', '--tls-self-signed', '--htpasswd', file, '--anonymous-pull', '--json'];
    const serving = sealift('serve', '--storage', storage, ...args);
    await expect.poll(() => serving.lines.join()).toMatch(/^\{/);
    const { registry, url, certificate, fingerprint } = JSON.parse(serving.lines.join()) as Record<string, string>;
    expect(fingerprint).toBe(new X509Certificate(await readFile(String(certificate))).fingerprint256);
    expect(url).toBe(`https://${registry}`);
    const client = new RegistryClient({
      registry: String(registry).replace('0.0.0.0', '127.0.0.1'),
      credential: basicCredential('me', new Secret('secret')),
      env: { SSL_CERT_FILE: String(certificate) },
    });
    await client.pushBlob('a/b', digestOf('content'), 7, async () => Readable.from([Buffer.from('content')]));
    client.close();
    const anyone = new RegistryClient({
      registry: String(registry).replace('0.0.0.0', '127.0.0.1'),
      env: { SSL_CERT_FILE: String(certificate) },
    });
    expect(await anyone.blobSize('a/b', digestOf('content'))).toBe(7);
    anyone.close();
    serving.stop.abort();
    expect(await serving.ended).toBe(0);
  });

  it('refuses what it cannot serve, with the remedy', async () => {
    const storage = ['serve', '--storage', join(folder, 'storage')];
    const user = ['--push-user', `me=${join(folder, 'password')}`];
    expect(await fails(...storage)).toBe('1 USAGE');
    expect(await fails(...storage, ...user, '--listen', 'nonsense')).toBe('1 USAGE');
    expect(await fails(...storage, ...user, '--listen', '0.0.0.0:0')).toBe('1 REGISTRY_PLAIN_HTTP_REFUSED');
    expect(await fails(...storage, '--push-user', 'me=/nowhere')).toBe('1 FILE_NOT_FOUND');
    expect(await fails(...storage, ...user, '--quota', 'much')).toBe('1 USAGE');
    expect(await fails(...storage, ...user, '--tls-cert', 'x')).toBe('1 USAGE');
    expect(await fails(...storage, ...user, '--tls-self-signed', '--tls-key', 'x')).toBe('1 USAGE');
    expect(await fails(...storage, '--htpasswd', join(folder, 'password'))).toBe('1 CREDENTIALS_UNREADABLE');
    expect(await fails('gc', '--storage', join(folder, 'nowhere'))).toBe('1 FILE_NOT_FOUND');
  });
});
