import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openUploadJournal } from './upload-journal.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-journal-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('the upload journal', () => {
  it('is there for the next run, and for nobody else to read', async () => {
    const journal = await openUploadJournal(join(folder, 'state'));
    await Promise.all(['a', 'b', 'c'].map((key) => journal.record(key, `https://registry.example/${key}`)));
    await journal.forget('b');
    const next = await openUploadJournal(join(folder, 'state'));
    expect(['a', 'b', 'c'].map((key) => next.find(key))).toEqual([
      'https://registry.example/a',
      undefined,
      'https://registry.example/c',
    ]);
    expect((await stat(join(folder, 'state', 'uploads.json'))).mode & 0o777).toBe(0o600);
  });

  it('begins anew when it cannot be read, and forgets the oldest when it is full', async () => {
    await writeFile(join(folder, 'uploads.json'), '{"a":');
    const journal = await openUploadJournal(folder);
    expect(journal.find('a')).toBeUndefined();
    await Promise.all(Array.from({ length: 1001 }, (_, i) => journal.record(`k${i}`, 'https://r.example/')));
    expect([journal.find('k0'), journal.find('k1')]).toEqual([undefined, 'https://r.example/']);
  });
});
