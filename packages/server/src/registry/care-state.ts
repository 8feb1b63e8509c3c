import { readFile } from 'node:fs/promises';
import { registryCareSchema } from '@sealift/core/api';
import { writeFileAtomically } from '@sealift/io/durable-file';
import { isMissing } from '@sealift/io/file-errors';
import type { z } from 'zod';

/** What is remembered of the care for the registry; it lies beside the content, which belongs to one process. */
const careStateSchema = registryCareSchema.pick({
  keptReleases: true,
  lastCleanUp: true,
  lastScrub: true,
  lastFailure: true,
});
export type CareState = z.infer<typeof careStateSchema>;

export const nothingYet: CareState = { keptReleases: [], lastCleanUp: null, lastScrub: null, lastFailure: null };

/** @throws when the file is there and cannot be understood: forgetting what is to be kept would be worse */
export async function readCareState(path: string): Promise<CareState> {
  try {
    return careStateSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (isMissing(error)) return nothingYet;
    throw error;
  }
}

export async function writeCareState(path: string, state: CareState): Promise<void> {
  await writeFileAtomically(path, JSON.stringify(state));
}
