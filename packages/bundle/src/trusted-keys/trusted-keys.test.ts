import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatPublicKey, generateKeyPair } from '../minisign/keys.ts';
import { createKeyFile, loadTrustedKeys, readPublicKeyFile, trustedKeyFolders, trustKey } from './trusted-keys.ts';

let folder: string;
let env: Record<string, string>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-trusted-'));
  env = { SEALIFT_TRUSTED_KEYS: `${join(folder, 'machine')}:${join(folder, 'person')}` };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function codeOf(action: Promise<unknown>): Promise<string> {
  return await action.then(
    () => 'done',
    (error: unknown) => {
      if (error instanceof SealiftError) return error.code;
      throw error;
    },
  );
}

describe('trusted keys', () => {
  it('are read from the folder of the machine and that of the person', () => {
    expect(trustedKeyFolders({ HOME: '/home/x' })).toEqual([
      '/etc/sealift/trusted-keys',
      '/home/x/.config/sealift/trusted-keys',
    ]);
    expect(trustedKeyFolders({ HOME: '/home/x', XDG_CONFIG_HOME: '/c' })[1]).toBe('/c/sealift/trusted-keys');
  });

  it('are none when there is no folder', async () => {
    expect(await loadTrustedKeys(env)).toEqual([]);
  });

  it('are added once, by root for the machine and by others for themselves', async () => {
    const [first, second] = [generateKeyPair().publicKey, generateKeyPair().publicKey];
    expect((await trustKey(first, { env, root: true })).path).toContain(join(folder, 'machine'));
    expect((await trustKey(second, { env, root: false })).path).toContain(join(folder, 'person'));
    expect((await trustKey(second, { env, root: false })).added).toBe(false);
    expect((await loadTrustedKeys(env)).map(({ keyId }) => keyId)).toEqual([first.keyId, second.keyId]);
    expect(readdirSync(join(folder, 'person'))).toHaveLength(1);
  });

  it('are not loaded at all when one file is no key: it might be one that someone relies on', async () => {
    await trustKey(generateKeyPair().publicKey, { env, root: true });
    writeFileSync(join(folder, 'machine', 'broken.pub'), 'hello\n');
    await expect(loadTrustedKeys(env)).rejects.toThrow('broken.pub');
    writeFileSync(join(folder, 'machine', 'broken.pub'), 'x'.repeat(5000));
    expect(await codeOf(loadTrustedKeys(env))).toBe('INPUT_TOO_LARGE');
  });

  it('are files that end in .pub; others are left alone', async () => {
    mkdirSync(join(folder, 'person'));
    writeFileSync(join(folder, 'person', 'README'), 'hello');
    writeFileSync(join(folder, 'person', 'vendor.pub'), formatPublicKey(generateKeyPair().publicKey));
    expect(await loadTrustedKeys(env)).toHaveLength(1);
  });
});

describe('key files', () => {
  it('are never overwritten', async () => {
    const path = join(folder, 'vendor.key');
    await createKeyFile(path, 'first', 0o600);
    expect(await codeOf(createKeyFile(path, 'second', 0o600))).toBe('KEY_EXISTS');
  });

  it('that are missing or cannot be read are named', async () => {
    expect(await codeOf(readPublicKeyFile(join(folder, 'none')))).toBe('FILE_NOT_FOUND');
    expect(await codeOf(readPublicKeyFile(folder))).toBe('FILE_UNREADABLE');
  });
});
