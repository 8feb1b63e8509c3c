import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSealiftError } from '@sealift/core/errors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseVariables, readVariables } from './variables.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-variables-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const read = async (text: string) => {
  const file = join(folder, 'variables.yaml');
  writeFileSync(file, text);
  return await readVariables({ file });
};

describe('the variables of a site, in a file', () => {
  it('holds texts, numbers and truth values by their names', async () => {
    expect(await read('domain: harbor.example\nreplicas: 3\nha: true\npassword: "a: b # c"\n')).toEqual({
      domain: 'harbor.example',
      replicas: 3,
      ha: true,
      password: 'a: b # c',
    });
    expect(await read('')).toEqual({});
    expect(await read('# none yet\n\n  # nor here\n')).toEqual({});
  });

  it.each([
    ['a list', '- hunter2\n'],
    ['a mapping in a mapping', 'a: { b: hunter2 }\n'],
    ['a name that no macro can have', '"a b": hunter2\n'],
    ['no YAML', 'a: "hunter2\nb: [\n'],
    ['a name twice', 'a: hunter2\na: hunter2\n'],
    ['more than it may', `a: ${'hunter2'.repeat(200_000)}\n`],
  ])('that holds %s is refused with its place, and nothing of it is said', async (_, text) => {
    const error: unknown = await read(text).catch((failure: unknown) => failure);
    if (!isSealiftError(error)) throw error;
    expect(error.code).toBe('VARIABLES_INVALID');
    expect(`${error.message} ${error.place} ${error.hint}`).not.toContain('hunter2');
    expect(error.place).toContain('variables.yaml');
    expect(() => parseVariables(text, 'what was given')).toThrow(/cannot be read from what was given/);
  });

  it('is told by its line, which a text without a file has nothing else to be found by', () => {
    expect(() => parseVariables('a: 1\nb: { c: 1 }\n', 'what was given')).toThrow(
      /numbers and truth values, at line 2$/,
    );
  });

  it('that is not there is refused by name', async () => {
    await expect(readVariables({ file: join(folder, 'none.yaml') })).rejects.toMatchObject({
      code: 'VARIABLES_INVALID',
    });
  });
});
