import { createHash } from 'node:crypto';
import { chmod, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '@sealift/io/make-folder';
import { writeFileAtomically } from '@sealift/io/durable-file';
import { z } from 'zod';
import { isRunning, thisProcess } from '@sealift/io/process-identity';
import { removeUnfinished } from '@sealift/io/unfinished';

const entryLimit = 1000;
const entryLimitBytes = 16 * 1024;
/** Registries forget sessions that nobody goes on with after a week at the latest. */
const longestAgeMs = 7 * 24 * 60 * 60 * 1000;
/** No write takes so long: what is older was left by a run that was killed. */
const longestWriteMs = 60 * 60 * 1000;

const entrySchema = z.strictObject({
  url: z.string().max(8192),
  /** When the session was last gone on with, in milliseconds since 1970. */
  at: z.number(),
  /** The process that uses it. */
  owner: z.string().max(100),
});
type Entry = z.infer<typeof entrySchema>;

/** Remembers upload sessions by what is sent where, so that a run that was killed goes on at the chunk where it was. */
export interface UploadJournal {
  find(key: string): Promise<string | undefined>;
  record(key: string, sessionUrl: string): Promise<void>;
  forget(key: string): Promise<void>;
}

/** A journal for one run only. */
export function memoryJournal(): UploadJournal {
  const sessions = new Map<string, string>();
  return {
    find: async (key) => sessions.get(key),
    record: async (key, url) => void sessions.set(key, url),
    forget: async (key) => void sessions.delete(key),
  };
}

/**
 * A journal that outlives the process: one file for each session in a folder, readable by its owner only, because session
 * addresses can be as good as a login. Sessions that a running process uses are left to that process, so two runs at once do not
 * write into one session. A journal only saves sending again: what can't be read or written is done without.
 */
export async function openUploadJournal(folder: string): Promise<UploadJournal> {
  const owner = await thisProcess();
  const ours = memoryJournal();
  const pathOf = (key: string): string => join(folder, `${createHash('sha256').update(key).digest('hex')}.json`);
  const mayUse = async (entry: Entry | undefined): Promise<boolean> =>
    entry === undefined || entry.owner === owner || !(await isRunning(entry.owner));
  await attempt(async () => {
    makeFolder(folder, 0o700);
    await chmod(folder, 0o700);
    await removeExpired(folder);
  });
  return {
    async find(key) {
      const known = await ours.find(key);
      if (known !== undefined) return known;
      const entry = await readEntry(pathOf(key));
      return entry !== undefined && (await mayUse(entry)) ? entry.url : undefined;
    },
    async record(key, url) {
      await ours.record(key, url);
      await attempt(async () => {
        if (!(await mayUse(await readEntry(pathOf(key))))) return;
        await writeFileAtomically(pathOf(key), JSON.stringify({ url, at: Date.now(), owner } satisfies Entry), 0o600);
      });
    },
    async forget(key) {
      await ours.forget(key);
      await attempt(async () => {
        if (await mayUse(await readEntry(pathOf(key)))) await rm(pathOf(key), { force: true });
      });
    },
  };
}

/** Drops what is too old, what is left of writes that were cut, and the oldest of too many. */
async function removeExpired(folder: string): Promise<void> {
  const kept: { readonly path: string; readonly at: number }[] = [];
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (/^[0-9a-f]{64}\.json$/.test(name)) kept.push({ path, at: (await readEntry(path))?.at ?? 0 });
  }
  await removeUnfinished(folder, longestWriteMs);
  kept.sort((a, b) => b.at - a.at);
  const oldest = Date.now() - longestAgeMs;
  for (const [index, { path, at }] of kept.entries()) {
    if (index >= entryLimit || at < oldest) await rm(path, { force: true });
  }
}

async function readEntry(path: string): Promise<Entry | undefined> {
  try {
    const bytes = await readFile(path);
    if (bytes.byteLength > entryLimitBytes) return undefined;
    const entry = entrySchema.parse(JSON.parse(bytes.toString('utf8')));
    return entry.at > Date.now() - longestAgeMs ? entry : undefined;
  } catch {
    return undefined;
  }
}

async function attempt(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch {
    // Without the journal a killed run sends one blob again.
  }
}
