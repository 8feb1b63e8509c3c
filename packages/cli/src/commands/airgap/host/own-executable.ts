import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isSea } from 'node:sea';
import { reasonOf, SealiftError } from '@sealift/core/errors';

/** A file that can be started, with its size in bytes. */
export interface Executable {
  readonly path: string;
  readonly sizeBytes: number;
}

/** The executable that is named, or the one that runs; undefined where that is Node.js with a checkout. @throws AIRGAP_EXECUTABLE */
export async function givenExecutable(given: string | undefined): Promise<Executable | undefined> {
  if (given === undefined && !isSea()) return undefined;
  const path = resolve(given ?? process.execPath);
  const refuse = (reason: string, cause?: unknown): SealiftError =>
    new SealiftError('AIRGAP_EXECUTABLE', { values: { path, reason }, place: '--executable', cause });
  const found = await stat(path).catch((error: unknown) => {
    throw refuse(reasonOf(error), error);
  });
  if (!found.isFile()) throw refuse('it is no file');
  if ((found.mode & 0o111) === 0) throw refuse('it is not executable');
  return { path, sizeBytes: found.size };
}
