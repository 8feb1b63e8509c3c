import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFile, removeFile, writeFileAtomically } from './durable-file.ts';
import { PendingFile } from './pending-file.ts';
import { isUnfinished, removeUnfinished, unfinishedPath } from './unfinished.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-files-'));
  path = join(folder, 'file');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const text = (): string => readFileSync(path, 'utf8');

describe('a file that is written durably', () => {
  it('takes the place of an older one, in a folder that it makes', async () => {
    path = join(folder, 'a', 'b', 'file');
    await writeFileAtomically(path, 'one');
    await writeFileAtomically(path, Buffer.from('two'), 0o600);
    expect(text()).toBe('two');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, 'a', 'b'))).toEqual(['file']);
  });

  it('leaves nothing when it cannot have its name, and says which', async () => {
    mkdirSync(path);
    const writing = writeFileAtomically(path, 'text');
    await expect(writing).rejects.toMatchObject({ code: 'FILE_UNWRITABLE', place: path });
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('is made once when it may not take the place of another', async () => {
    expect(await createFile(path, 'first', 0o600)).toBe(true);
    expect(await createFile(path, 'second', 0o600)).toBe(false);
    expect(text()).toBe('first');
    await expect(createFile(join(path, 'x'), '', 0o600)).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' });
    expect(await removeFile(path)).toBe(true);
    expect(await removeFile(path)).toBe(false);
  });
});

describe('a pending file', () => {
  it('has its name only when it is whole, with what was written and the mode that it was given', async () => {
    {
      await using file = await PendingFile.create(folder);
      await file.write(Buffer.from('one '));
      await file.write(Buffer.from('two'));
      expect(existsSync(path)).toBe(false);
      expect(readdirSync(folder).every(isUnfinished)).toBe(true);
      await file.chmod(0o755);
      await file.sync();
      await file.commit(path);
    }
    expect(text()).toBe('one two');
    expect(statSync(path).mode & 0o777).toBe(0o755);
  });

  it('is gone when its writer gives up, and what that failed with is what is heard', async () => {
    const writing = async (): Promise<void> => {
      await using file = await PendingFile.create(folder);
      await file.write(Buffer.from('half'));
      throw new Error('the line was cut');
    };
    await expect(writing()).rejects.toThrow('the line was cut');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is known for a leftover after its writer was killed, once it is old', async () => {
    const [old, young] = [unfinishedPath(folder), unfinishedPath(folder)];
    for (const one of [old, young, join(folder, '.incoming-notes')]) writeFileSync(one, '');
    utimesSync(old, 0, 0);
    await removeUnfinished(folder, 60_000);
    expect(
      readdirSync(folder)
        .map((name) => join(folder, name))
        .toSorted(),
    ).toEqual([young, join(folder, '.incoming-notes')].toSorted());
    await removeUnfinished(folder, 0);
    expect(readdirSync(folder)).toEqual(['.incoming-notes']);
    await removeUnfinished(join(folder, 'none'), 0);
  });
});
