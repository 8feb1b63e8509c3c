import { resolve } from 'node:path';
import { writeFileAtomically } from '@sealift/io/durable-file';
import type { CliContext } from '../../context.ts';
import { connect } from '../../client/connect.ts';

/** @throws FILE_UNWRITABLE, PLATFORM_* */
export async function exportProfile(options: { output: string; json?: true }, context: CliContext): Promise<void> {
  const api = await connect(context);
  const bytes = await api.download('/api/v1/profile/export');
  const path = resolve(options.output);
  await writeFileAtomically(path, bytes);
  if (options.json === true) context.out(JSON.stringify({ path, sizeBytes: bytes.length }));
  else context.out(`${path}  ${bytes.length} bytes`);
}
