import { open } from 'node:fs/promises';
import { fileWork } from './file-errors.ts';

/** Makes a change of names in the folder survive the loss of power (fsync(2)). @throws FILE_UNWRITABLE */
export async function syncFolder(folder: string): Promise<void> {
  await fileWork(folder, async () => {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  });
}
