import { dirname, resolve } from 'node:path';
import { PendingFile } from '@sealift/io/pending-file';
import { connect } from '../../client/connect.ts';
import type { CliContext } from '../../context.ts';
import { auditUrl, type FilterOptions, filterQuery } from './filter.ts';

/** Saves entries as CSV, readable by their owner alone: whole, or not at all. @throws USAGE, FILE_UNWRITABLE, PLATFORM_* */
export async function exportAudit(
  { output, json, ...filter }: FilterOptions & { readonly output: string; readonly json?: true },
  context: CliContext,
): Promise<void> {
  const query = filterQuery(filter);
  const api = await connect(context);
  const path = resolve(output);
  await using file = await PendingFile.create(dirname(path), { mode: 0o600, shownAs: path });
  let sizeBytes = 0;
  for await (const some of api.stream(`${auditUrl}/export?${query.toString()}`)) {
    sizeBytes += some.byteLength;
    await file.write(some);
  }
  await file.commit(path);
  context.out(json === true ? JSON.stringify({ path, sizeBytes }) : `${path}  ${sizeBytes} bytes`);
}
