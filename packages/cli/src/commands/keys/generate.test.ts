import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatPublicKey } from '@sealift/bundle/minisign';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../program.ts';
import { testContext } from '../../testing/test-context.ts';
import { readSigningKey } from '../bundle/signing-key.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-generate-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function generate(...args: string[]) {
  const { context, written } = testContext();
  const code = await run(['keys', 'generate', ...args], context);
  return { code, out: written.out.join('\n'), notes: written.notes.join('\n') };
}

describe('sealift keys generate', () => {
  it('warns of a secret key in a checkout, until Git ignores it', async () => {
    expect((await generate('--out', join(folder, 'outside'))).notes).toBe('');
    execFileSync('git', ['init', '--quiet', folder]);
    mkdirSync(join(folder, 'below'));
    const { code, notes } = await generate('--out', join(folder, 'below/vendor'));
    expect(code).toBe(0);
    expect(notes).toContain(`lies in the checkout ${folder}`);
    expect(notes).toContain('add the line vendor.key to .gitignore');
    writeFileSync(join(folder, '.gitignore'), '*.key\n');
    expect((await generate('--out', join(folder, 'below/other'))).notes).toBe('');
  });

  it('makes a key with a password, which signs with that password alone', async () => {
    const passwordFile = join(folder, 'password');
    writeFileSync(passwordFile, 'four random words\n');
    const out = join(folder, 'vendor');
    expect(await generate('--out', out, '--password-file', passwordFile)).toMatchObject({
      code: 0,
      out: expect.stringContaining('it has a password'),
    });
    const key = `${out}.key`;
    const { publicKey } = await readSigningKey({ key, keyPasswordFile: passwordFile });
    expect(formatPublicKey(publicKey)).toBe(readFileSync(`${out}.pub`, 'utf8'));
    await expect(readSigningKey({ key })).rejects.toMatchObject({ code: 'KEY_FILE_ENCRYPTED' });
    writeFileSync(passwordFile, 'another');
    const wrong = readSigningKey({ key, keyPasswordFile: passwordFile });
    await expect(wrong).rejects.toMatchObject({ code: 'KEY_PASSWORD_WRONG' });
  }, 120_000);

  it('refuses an empty password, and writes nothing then', async () => {
    writeFileSync(join(folder, 'password'), '\n');
    const out = join(folder, 'vendor');
    expect(await generate('--out', out, '--password-file', join(folder, 'password'))).toMatchObject({ code: 2 });
    expect((await generate('--out', out, '--password')).notes).toContain('there is no terminal');
    expect(() => readFileSync(`${out}.key`)).toThrow('ENOENT');
  });
});
