import { dirname, resolve } from 'node:path';
import { PendingFile } from '@sealift/io/pending-file';
import { connect } from '../../client/connect.ts';
import type { CliContext } from '../../context.ts';
import { backupUrl } from './print.ts';

/** Saves the file of a backup, of any size, readable by its owner alone: whole, or not at all. @throws FILE_UNWRITABLE, PLATFORM_* */
export async function downloadBackup(
  id: string,
  { output, json }: { readonly output: string; readonly json?: true },
  context: CliContext,
): Promise<void> {
  const api = await connect(context);
  const path = resolve(output);
  await using file = await PendingFile.create(dirname(path), { mode: 0o600, shownAs: path });
  let sizeBytes = 0;
  for await (const some of api.stream(backupUrl(id, '/file'))) {
    sizeBytes += some.byteLength;
    await file.write(some);
  }
  await file.commit(path);
  context.out(json === true ? JSON.stringify({ path, sizeBytes }) : `${path}  ${sizeBytes} bytes`);
}
