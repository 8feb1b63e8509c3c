import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SecretKey } from './secret-key.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-key-'));
  path = join(folder, 'secret-key');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the key of the stored secrets', () => {
  it('is made once, for its owner alone, and is the same afterwards', async () => {
    const made = await SecretKey.open({ path, mayBeMade: true });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const again = await SecretKey.open({ path, mayBeMade: true });
    expect(again.id).toBe(made.id);
    expect(again.open(made.seal('s3cr3t', 'a'), 'a')).toBe('s3cr3t');
    expect(readFileSync(path, 'utf8')).not.toContain(made.id);
  });

  it('opens a text only with what it was sealed about, with the same key, and unchanged', async () => {
    const key = await SecretKey.open({ path, mayBeMade: true });
    const sealed = key.seal('s3cr3t', 'https://vcenter');
    expect(sealed).not.toBe(key.seal('s3cr3t', 'https://vcenter'));
    expect(Buffer.from(sealed, 'base64').toString('latin1')).not.toContain('s3cr3t');
    expect(key.open(sealed, 'https://elsewhere')).toBeUndefined();
    const bytes = Buffer.from(sealed, 'base64');
    for (let at = 0; at < bytes.length; at += 1) {
      const other = Buffer.from(bytes);
      other.writeUInt8(other.readUInt8(at) ^ 1, at);
      expect(key.open(other.toString('base64'), 'https://vcenter')).toBeUndefined();
    }
    for (const cut of ['', 'AAAA', bytes.subarray(0, 20).toString('base64')]) expect(key.open(cut, '')).toBeUndefined();
    const another = await SecretKey.open({ path: join(folder, 'other'), mayBeMade: true });
    expect(another.open(sealed, 'https://vcenter')).toBeUndefined();
  });

  it.each([
    ['is missing where it was named', () => undefined],
    ['is too short', () => writeFileSync(path, Buffer.alloc(16).toString('base64'), { mode: 0o600 })],
    ['is no Base64', () => writeFileSync(path, 'x'.repeat(44), { mode: 0o600 })],
    ['is huge', () => writeFileSync(path, 'A'.repeat(10_000), { mode: 0o600 })],
    [
      'is everybody’s to read',
      () => {
        writeFileSync(path, Buffer.alloc(32).toString('base64'));
        chmodSync(path, 0o644);
      },
    ],
  ])('is refused where it %s', async (_what, put) => {
    put();
    await expect(SecretKey.open({ path, mayBeMade: false })).rejects.toMatchObject({ code: 'SECRET_KEY_INVALID' });
  });
});
