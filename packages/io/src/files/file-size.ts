import { stat } from 'node:fs/promises';
import { isMissing } from './file-errors.ts';

/** The size of a regular file in bytes, or undefined when there is none. */
export async function fileSize(path: string): Promise<number | undefined> {
  try {
    const found = await stat(path);
    return found.isFile() ? found.size : undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
