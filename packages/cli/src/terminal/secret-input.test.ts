import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readPasswordFile } from './secret-input.ts';

describe('a password file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sealift-password-'));
  const file = join(folder, 'password');
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['pa55 word\n', 'pa55 word'],
    [' pa55\r\n', ' pa55'],
    ['pa55', 'pa55'],
  ])('%j holds %j', async (content, password) => {
    writeFileSync(file, content);
    expect(await readPasswordFile(file)).toBe(password);
  });

  it.each(['', '\n', '\r\n'])('%j is refused: it holds none', async (content) => {
    writeFileSync(file, content);
    await expect(readPasswordFile(file)).rejects.toMatchObject({ code: 'INPUT_INVALID', place: file });
  });
});
