import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { writeFileAtomically } from '@sealift/io/durable-file';
import { isMissing } from '@sealift/io/file-errors';
import { z } from 'zod';

/**
 * What tells an embedded registry from those of other consoles on the same database: its queues carry it, because what it
 * holds can be read by the process that it lies with and by no other. Made once, and kept beside the content.
 */
export async function registryId(path: string): Promise<string> {
  try {
    return z.uuid().parse((await readFile(path, 'utf8')).trim());
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  const id = randomUUID();
  await writeFileAtomically(path, `${id}\n`);
  return id;
}
