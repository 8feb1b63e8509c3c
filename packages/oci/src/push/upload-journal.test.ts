import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identityOf } from '@sealift/io/process-identity';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openUploadJournal } from './upload-journal.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-journal-'));
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(folder, { recursive: true, force: true });
});

/** The path of the only session. */
async function onlyFile(state: string): Promise<string> {
  const names = await readdir(state);
  expect(names).toHaveLength(1);
  return join(state, names[0] ?? '');
}

describe('the upload journal', () => {
  it('is there for the next run, and for nobody else to read', async () => {
    const state = join(folder, 'state');
    const journal = await openUploadJournal(state);
    await Promise.all(['a', 'b', 'c'].map((key) => journal.record(key, `https://registry.example/${key}`)));
    await journal.forget('b');
    const next = await openUploadJournal(state);
    expect(await Promise.all(['a', 'b', 'c'].map((key) => next.find(key)))).toEqual([
      'https://registry.example/a',
      undefined,
      'https://registry.example/c',
    ]);
    expect((await stat(state)).mode & 0o777).toBe(0o700);
    for (const name of await readdir(state)) expect((await stat(join(state, name))).mode & 0o777).toBe(0o600);
  });

  it('leaves a session alone that another process uses, and takes it up once that has ended', async () => {
    const journal = await openUploadJournal(folder);
    await journal.record('a', 'https://registry.example/a');
    const path = await onlyFile(folder);
    const other = spawn('sleep', ['60'], { stdio: 'ignore' });
    try {
      await once(other, 'spawn');
      const owner = await identityOf(other.pid ?? 0);
      const text = JSON.stringify({ ...(JSON.parse(await readFile(path, 'utf8')) as object), owner });
      await writeFile(path, text);
      const second = await openUploadJournal(folder);
      expect(await second.find('a')).toBeUndefined();
      await second.record('a', 'https://registry.example/second');
      expect(await second.find('a')).toBe('https://registry.example/second');
      await second.forget('a');
      expect(await readFile(path, 'utf8')).toBe(text);
    } finally {
      other.kill('SIGKILL');
      await once(other, 'exit');
    }
    expect(await (await openUploadJournal(folder)).find('a')).toBe('https://registry.example/a');
  });

  it('does without what cannot be read, and drops what is older than a week', async () => {
    const journal = await openUploadJournal(folder);
    await journal.record('a', 'https://registry.example/a');
    const path = await onlyFile(folder);
    vi.useFakeTimers({ now: Date.now() + 8 * 24 * 60 * 60 * 1000, toFake: ['Date'] });
    expect(await (await openUploadJournal(folder)).find('a')).toBeUndefined();
    expect(await readdir(folder)).toEqual([]);
    await writeFile(path, '{"url":');
    expect(await (await openUploadJournal(folder)).find('a')).toBeUndefined();
  });

  it('does without a folder that cannot be written', async () => {
    await writeFile(join(folder, 'file'), '');
    const journal = await openUploadJournal(join(folder, 'file'));
    await journal.record('a', 'https://registry.example/a');
    expect(await journal.find('a')).toBe('https://registry.example/a');
    await journal.forget('a');
    expect(await journal.find('a')).toBeUndefined();
  });
});
