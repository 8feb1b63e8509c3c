import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '@sealift/core/secret';
import { peer } from '@sealift/testkit/peers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatPublicKey, generateKeyPair, parsePublicKey, parseSecretKey } from './keys.ts';
import { needsPassword, openSecretKey, protectSecretKey } from './password.ts';

const minisign = peer('minisign');
const password = new Secret('pässword of four words');
/** Cheap ones: what is tested does not depend on them. */
const limits = { operations: 2 ** 15, memoryBytes: 2 ** 20 };

describe('a secret key with a password', () => {
  const pair = generateKeyPair();

  it('is opened with it, and with no other', async () => {
    const text = await protectSecretKey(pair, password, limits);
    expect([needsPassword(text), needsPassword(pair.file.reveal())]).toEqual([true, false]);
    expect(() => parseSecretKey(text)).toThrow(expect.objectContaining({ code: 'KEY_FILE_ENCRYPTED' }));
    const opened = await openSecretKey(text, password);
    expect(opened.file.reveal()).toBe(pair.file.reveal());
    await expect(openSecretKey(text, new Secret('other'))).rejects.toMatchObject({ code: 'KEY_PASSWORD_WRONG' });
  });

  it('has a salt of its own each time', async () => {
    const [first, second] = [
      await protectSecretKey(pair, password, limits),
      await protectSecretKey(pair, password, limits),
    ];
    expect(first).not.toBe(second);
  });

  it('is refused when any bit of what is hidden was changed', async () => {
    const [comment, line = ''] = (await protectSecretKey(pair, password, limits)).split('\n');
    for (let at = 54; at < 158; at += 13) {
      const bytes = Buffer.from(line, 'base64');
      bytes.writeUInt8(bytes.readUInt8(at) ^ 4, at);
      const changed = `${comment}\n${bytes.toString('base64')}\n`;
      await expect(openSecretKey(changed, password)).rejects.toMatchObject({ code: 'KEY_PASSWORD_WRONG' });
    }
  });

  it.each([38, 46])('is refused when it asks for more work or memory than minisign does (at %i)', async (at) => {
    const [comment, line = ''] = (await protectSecretKey(pair, password, limits)).split('\n');
    for (const limit of [2n ** 34n, 2n ** 63n]) {
      const bytes = Buffer.from(line, 'base64');
      bytes.writeBigUInt64LE(limit, at);
      const greedy = `${comment}\n${bytes.toString('base64')}\n`;
      await expect(openSecretKey(greedy, password)).rejects.toMatchObject({ code: 'KEY_FILE_INVALID' });
    }
  });
});

describe.skipIf(minisign.missing)(`with Debian's minisign (${minisign.remedy})`, () => {
  let folder: string;
  const at = (name: string): string => join(folder, name);
  const run = (input: string, ...args: string[]): string =>
    execFileSync(minisign.path, args, { cwd: folder, encoding: 'utf8', input, stdio: ['pipe', 'pipe', 'pipe'] });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sealift-minisign-password-'));
    writeFileSync(at('file'), 'what is signed');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('opens the key that minisign made', async () => {
    run(`${password.reveal()}\n${password.reveal()}\n`, '-G', '-p', 'vendor.pub', '-s', 'vendor.key');
    const opened = await openSecretKey(readFileSync(at('vendor.key'), 'utf8'), password);
    expect(opened.publicKey.encoded).toBe(parsePublicKey(readFileSync(at('vendor.pub'), 'utf8')).encoded);
  }, 120_000);

  it('makes a key that minisign signs with', async () => {
    const pair = generateKeyPair();
    writeFileSync(at('vendor.key'), await protectSecretKey(pair, password));
    writeFileSync(at('vendor.pub'), formatPublicKey(pair.publicKey));
    expect(() => run('wrong\n', '-SHm', 'file', '-s', 'vendor.key')).toThrow(/Wrong password/);
    run(`${password.reveal()}\n`, '-SHm', 'file', '-s', 'vendor.key');
    expect(run('', '-Vm', 'file', '-p', 'vendor.pub')).toContain('Signature and comment signature verified');
  }, 120_000);
});
