import { resolve } from 'node:path';
import { writeFileAtomically } from '@sealift/io/durable-file';
import { connect } from '../../client/connect.ts';
import type { CliContext } from '../../context.ts';
import { backupUrl } from './print.ts';

/** Saves the file of a backup, readable by its owner alone. @throws FILE_UNWRITABLE, INPUT_TOO_LARGE, PLATFORM_* */
export async function downloadBackup(
  id: string,
  { output, json }: { readonly output: string; readonly json?: true },
  context: CliContext,
): Promise<void> {
  const bytes = await (await connect(context)).download(backupUrl(id, '/file'));
  const path = resolve(output);
  await writeFileAtomically(path, bytes, 0o600);
  context.out(json === true ? JSON.stringify({ path, sizeBytes: bytes.length }) : `${path}  ${bytes.length} bytes`);
}
