import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatPublicKey, generateKeyPair } from '../minisign/keys.ts';
import { createKeyFile, readKeyText, readPublicKeyFile } from './key-files.ts';
import { loadTrustedKeys, type TrustSurroundings, trustedKeyFolders, trustKey, untrustKey } from './trusted-keys.ts';

const isRoot = process.getuid?.() === 0;
let folder: string;
let warned: string[];
let root: TrustSurroundings;
let person: TrustSurroundings;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-trusted-'));
  const env = { SEALIFT_TRUSTED_KEYS: `${join(folder, 'machine')}:${join(folder, 'person')}` };
  warned = [];
  const warn = ({ message }: SealiftError): void => void warned.push(message);
  root = { env, uid: 0, warn };
  person = { env, uid: isRoot ? 1000 : (process.getuid?.() ?? 1000), warn };
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

/** A folder with one key in it that only its owner may write. */
function keyIn(name: string): string {
  mkdirSync(join(folder, name), { recursive: true, mode: 0o755 });
  const path = join(folder, name, 'vendor.pub');
  writeFileSync(path, formatPublicKey(generateKeyPair().publicKey), { mode: 0o644 });
  return path;
}

describe('trusted keys', () => {
  it('are read from the folder of the machine and that of the person', () => {
    expect(trustedKeyFolders({ HOME: '/home/x' })).toEqual([
      '/etc/sealift/trusted-keys',
      '/home/x/.config/sealift/trusted-keys',
    ]);
    expect(trustedKeyFolders({ HOME: '/home/x', XDG_CONFIG_HOME: '/c' })[1]).toBe('/c/sealift/trusted-keys');
  });

  it('are each one key, in however many files they stand', async () => {
    const { publicKey } = generateKeyPair();
    for (const name of ['machine', 'person']) {
      keyIn(name);
      for (const file of ['one.pub', 'two.pub']) {
        writeFileSync(join(folder, name, file), formatPublicKey(publicKey), { mode: 0o644 });
      }
    }
    const keys = await loadTrustedKeys({ ...person, uid: process.getuid?.() ?? 0 });
    expect(keys).toHaveLength(3);
    expect(keys.filter(({ keyId }) => keyId === publicKey.keyId)).toHaveLength(1);
  });

  it('are none when there is no folder', async () => {
    expect(await loadTrustedKeys(person)).toEqual([]);
  });

  it.skipIf(!isRoot)('are added by root for the machine', async () => {
    const { publicKey } = generateKeyPair();
    expect((await trustKey(publicKey, root)).path).toContain(join(folder, 'machine'));
    expect((await loadTrustedKeys(person)).map(({ keyId }) => keyId)).toEqual([publicKey.keyId]);
  });

  it('are added once by others, for themselves, to a folder that is theirs alone whatever the umask is', async () => {
    const { publicKey } = generateKeyPair();
    const umask = process.umask(0o002);
    try {
      expect((await trustKey(publicKey, person)).path).toContain(join(folder, 'person'));
    } finally {
      process.umask(umask);
    }
    expect((await trustKey(publicKey, person)).added).toBe(false);
    expect(readdirSync(join(folder, 'person'))).toHaveLength(1);
    expect(warned).toEqual([]);
  });

  it('are not loaded at all when one file is no key: it might be one that someone relies on', async () => {
    await trustKey(generateKeyPair().publicKey, person);
    writeFileSync(join(folder, 'person', 'broken.pub'), 'hello\n');
    await expect(loadTrustedKeys(person)).rejects.toThrow('broken.pub');
    writeFileSync(join(folder, 'person', 'broken.pub'), 'x'.repeat(5000));
    expect(await codeOf(loadTrustedKeys(person))).toBe('INPUT_TOO_LARGE');
  });

  it('are files that end in .pub; others are left alone', async () => {
    keyIn('person');
    writeFileSync(join(folder, 'person', 'README'), 'hello');
    expect(await loadTrustedKeys(person)).toHaveLength(1);
  });

  it('are withdrawn from every folder, and only the one that was meant', async () => {
    const [meant, other] = [generateKeyPair().publicKey, generateKeyPair().publicKey];
    for (const name of ['machine', 'person']) {
      mkdirSync(join(folder, name), { mode: 0o755 });
      writeFileSync(join(folder, name, 'a.pub'), formatPublicKey(meant));
    }
    await trustKey(other, person);
    const removed = await untrustKey(({ keyId }) => keyId === meant.keyId, person);
    expect(removed.map(({ path }) => path)).toEqual(['machine', 'person'].map((name) => join(folder, name, 'a.pub')));
    expect((await loadTrustedKeys(person)).map(({ keyId }) => keyId)).toEqual([other.keyId]);
    expect(await untrustKey(({ keyId }) => keyId === meant.keyId, person)).toEqual([]);
  });
});

describe('a place of trusted keys', () => {
  /** What others may write, and its mode. */
  const shared: readonly [string, string, number][] = [
    ['the folder', 'person', 0o777],
    ['the folder, though people can remove there only what is theirs', 'person', 0o1777],
    ['the folder, by its group', 'person', 0o775],
    ['the file', 'person/vendor.pub', 0o666],
    ['a folder above it', '', 0o777],
  ];

  it.each(shared)('that others may write is told of without root: %s', async (_what, name, mode) => {
    keyIn('person');
    chmodSync(join(folder, name), mode);
    expect(await loadTrustedKeys(person)).toHaveLength(1);
    expect(warned).toContain(
      `others may change which keys are trusted here: ${join(folder, name).replace(/\/$/, '')} (its mode is ${mode.toString(8).padStart(4, '0')})`,
    );
  });

  it.skipIf(!isRoot).each(shared)('that others may write is refused to root: %s', async (_what, name, mode) => {
    keyIn('person');
    expect(await loadTrustedKeys(root)).toHaveLength(1);
    chmodSync(join(folder, name), mode);
    expect(await codeOf(loadTrustedKeys(root))).toBe('KEY_PLACE_UNSAFE');
  });

  it.skipIf(!isRoot)('that belongs to somebody else is refused, also behind a link', async () => {
    keyIn('person');
    mkdirSync(join(folder, 'foreign'), { mode: 0o755 });
    const foreign = keyIn('foreign');
    chownSync(foreign, 1234, 1234);
    symlinkSync(foreign, join(folder, 'person/linked.pub'));
    await expect(loadTrustedKeys(root)).rejects.toThrow('belongs to the user with the number 1234');
    chownSync(foreign, 0, 0);
    expect(await loadTrustedKeys(root)).toHaveLength(2);
    chownSync(join(folder, 'foreign'), 1234, 1234);
    expect(await codeOf(loadTrustedKeys(root))).toBe('KEY_PLACE_UNSAFE');
  });

  it('may be below a folder where people can replace only what is theirs', async () => {
    keyIn('person');
    chmodSync(folder, 0o1777);
    await loadTrustedKeys(person);
    expect(warned).toEqual([]);
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

  it('that are pipes or devices are refused, not waited for', async () => {
    const pipe = join(folder, 'pipe.pub');
    execFileSync('mkfifo', [pipe]);
    for (const path of [pipe, '/dev/zero']) {
      await expect(readKeyText(path)).rejects.toThrow('it is not a regular file');
    }
  });
});
