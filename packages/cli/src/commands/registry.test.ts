import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '@sealift/core/secret';
import { basicCredential } from '@sealift/oci/credential';
import { digestOf } from '@sealift/oci/digest';
import { RegistryClient } from '@sealift/oci/registry-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../program.ts';
import { testContext } from '../testing/test-context.ts';

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
    const { Readable } = await import('node:stream');
    await client.pushBlob('a/b', digest, 7, async () => Readable.from([Buffer.from('content')]));
    expect(await client.blobSize('a/b', digest)).toBe(7);
    client.close();
    serving.stop.abort();
    expect(await serving.ended).toBe(0);

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

  it('refuses what it cannot serve, with the remedy', async () => {
    const storage = ['serve', '--storage', join(folder, 'storage')];
    const user = ['--push-user', `me=${join(folder, 'password')}`];
    expect(await fails(...storage)).toBe('1 USAGE');
    expect(await fails(...storage, ...user, '--listen', 'nonsense')).toBe('1 USAGE');
    expect(await fails(...storage, ...user, '--listen', '0.0.0.0:0')).toBe('1 REGISTRY_PLAIN_HTTP_REFUSED');
    expect(await fails(...storage, '--push-user', 'me=/nowhere')).toBe('1 FILE_UNREADABLE');
    expect(await fails(...storage, ...user, '--quota', 'much')).toBe('1 USAGE');
    expect(await fails(...storage, ...user, '--tls-cert', 'x')).toBe('1 USAGE');
    expect(await fails('gc', '--storage', join(folder, 'nowhere'))).toBe('1 FILE_NOT_FOUND');
  });
});
