import { join } from 'node:path';
import { lstat } from 'node:fs/promises';
import { isMissing } from '@sealift/io/file-errors';
import { FileTooLarge, readBounded } from '@sealift/io/read-file';
import { writeFileAtomically } from '@sealift/io/durable-file';
import { z } from 'zod';

const schema = z.object({
  format: z.literal(1),
  /** The file that is to take over, as `fileIdentity` tells it. */
  file: z.string(),
  /** Empty where it could not say it. */
  version: z.string(),
  /** `stopping`: this version goes on to its next safe point; `done`: the new one runs; `back`: it did not come up, and the old one runs again. */
  state: z.enum(['refused', 'stopping', 'done', 'back']),
  /** The upgrade that is under way. */
  upgrade: z.string().nullable(),
  /** Why it did not take over. */
  reason: z.string(),
});
/** How far a console is with handing over to another executable, for the one who put that there. */
export type HandOverReport = Omit<z.infer<typeof schema>, 'format'>;

const name = 'hand-over.json';
const maxBytes = 64 * 1024;

/** Tells it in the data folder. @throws FILE_UNWRITABLE */
export async function writeReport(dataDir: string, report: HandOverReport): Promise<void> {
  await writeFileAtomically(join(dataDir, name), JSON.stringify({ format: 1, ...report }), 0o600);
}

/** What was told last; undefined where nothing was, or another version told it. Root reads what belongs to a lesser account: no more than it can be. */
export async function readReport(dataDir: string): Promise<HandOverReport | undefined> {
  try {
    const path = join(dataDir, name);
    if (!(await lstat(path)).isFile()) return undefined;
    return schema.safeParse(JSON.parse((await readBounded(path, maxBytes)).toString('utf8'))).data;
  } catch (error) {
    if (isMissing(error) || error instanceof SyntaxError || error instanceof FileTooLarge) return undefined;
    throw error;
  }
}
