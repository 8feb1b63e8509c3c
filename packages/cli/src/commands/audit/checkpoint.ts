import { resolve } from 'node:path';
import { storedCheckpointSchema } from '@sealift/core/api';
import { writeFileAtomically } from '@sealift/io/durable-file';
import { connect } from '../../client/connect.ts';
import type { CliContext } from '../../context.ts';
import { auditUrl } from './filter.ts';

/** Saves a signed checkpoint of the audit log. @throws AUDIT_BROKEN, FILE_UNWRITABLE, PLATFORM_* */
export async function saveCheckpoint(
  { output, json }: { readonly output: string; readonly json?: true },
  context: CliContext,
): Promise<void> {
  const api = await connect(context);
  const { sequence, at, keyId, file } = await api.post(`${auditUrl}/checkpoints`, undefined, storedCheckpointSchema);
  const path = resolve(output);
  await writeFileAtomically(path, file);
  if (json === true) return context.out(JSON.stringify({ path, sequence, at, keyId }));
  context.out(`${path}  the audit log up to entry ${sequence}, signed ${at} by key ID ${keyId}`);
  context.note(
    'Keep it where the console cannot write. `sealift evidence keys -o FILE` saves the key to verify it with.',
  );
}
