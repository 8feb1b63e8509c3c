import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { inWorkFolder } from './work-folder.ts';

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'sealift-work-folder-'));
});
afterEach(() => rm(parent, { recursive: true, force: true }));

it('a folder for a copy of a cluster is for its owner alone, and gone on every way', async () => {
  const mode = await inWorkFolder(parent, async (folder) => (await stat(folder)).mode & 0o777);
  expect(mode).toBe(0o700);
  const failure = inWorkFolder(parent, async () => {
    throw new Error('cut');
  });
  await expect(failure).rejects.toThrow('cut');
  expect(await readdir(parent)).toEqual([]);
});

it('what a killed process left goes with the next one, and what is in use stays', async () => {
  const make = async (name: string, owner: string | undefined): Promise<void> => {
    await mkdir(join(parent, name));
    if (owner !== undefined) await writeFile(join(parent, name, 'owner'), owner);
  };
  await make('sealift-rehearsal-dead', '4194304-1-none');
  await make('sealift-rehearsal-new', undefined);
  await make('sealift-rehearsal-old', undefined);
  await utimes(join(parent, 'sealift-rehearsal-old'), 0, 0);
  await make('another', '4194304-1-none');
  const seen = await inWorkFolder(parent, async (own) =>
    inWorkFolder(parent, async () => (await readdir(parent)).filter((name) => join(parent, name) === own)),
  );
  expect(seen).toHaveLength(1);
  expect((await readdir(parent)).toSorted()).toEqual(['another', 'sealift-rehearsal-new']);
});
