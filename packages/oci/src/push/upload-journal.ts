import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { isMissing, writeFileAtomically } from '../blob-file.ts';

const entryLimit = 1000;
const fileLimitBytes = 4 * 1024 * 1024;
const fileSchema = z.record(z.string(), z.string().max(8192));

/** Remembers upload sessions by what is sent where, so that a run that was killed goes on at the chunk where it was. */
export interface UploadJournal {
  find(key: string): string | undefined;
  record(key: string, sessionUrl: string): Promise<void>;
  forget(key: string): Promise<void>;
}

/** A journal for one run only. */
export function memoryJournal(): UploadJournal {
  const sessions = new Map<string, string>();
  return {
    find: (key) => sessions.get(key),
    record: async (key, url) => void sessions.set(key, url),
    forget: async (key) => void sessions.delete(key),
  };
}

/**
 * A journal in `<folder>/uploads.json`, readable by its owner only, because session addresses can be as good as a login. A
 * journal that can't be read is begun anew: it only saves sending again.
 *
 * @throws FILE_UNWRITABLE, from `record` and `forget`
 */
export async function openUploadJournal(folder: string): Promise<UploadJournal> {
  const path = join(folder, 'uploads.json');
  const sessions = await readSessions(path);
  let writing = Promise.resolve();
  let queued: Promise<void> | undefined;
  // One write at a time, with the state of when it begins: two side by side could leave the older one, and many changes
  // that come while one is written need only one more.
  const write = (): Promise<void> => {
    queued ??= writing
      .catch(() => undefined)
      .then(() => {
        queued = undefined;
        writing = writeFileAtomically(path, JSON.stringify(Object.fromEntries(sessions)), 0o600);
        return writing;
      });
    return queued;
  };
  return {
    find: (key) => sessions.get(key),
    record: async (key, url) => {
      sessions.delete(key);
      sessions.set(key, url);
      const oldest = sessions.keys().next().value;
      if (sessions.size > entryLimit && oldest !== undefined) sessions.delete(oldest);
      await write();
    },
    forget: async (key) => {
      if (sessions.delete(key)) await write();
    },
  };
}

async function readSessions(path: string): Promise<Map<string, string>> {
  try {
    const bytes = await readFile(path);
    if (bytes.byteLength > fileLimitBytes) return new Map();
    return new Map(Object.entries(fileSchema.parse(JSON.parse(bytes.toString('utf8')))));
  } catch (error) {
    if (isMissing(error) || error instanceof SyntaxError || error instanceof z.ZodError) return new Map();
    throw error;
  }
}
