import { readFile } from 'node:fs/promises';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import { writeFileAtomically } from '@sealift/io/durable-file';
import { isMissing } from '@sealift/io/file-errors';
import type { z } from 'zod';

/** Reads a small file of the gateway's own; undefined where there is none. @throws GATEWAY_STATE_INVALID */
export async function readRecordFile<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): Promise<z.output<Schema> | undefined> {
  let reason: string;
  try {
    const parsed = schema.safeParse(JSON.parse(await readFile(path, 'utf8')));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    reason = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not as expected'}`;
  } catch (error) {
    if (isMissing(error)) return undefined;
    reason = reasonOf(error);
  }
  throw new SealiftError('GATEWAY_STATE_INVALID', { values: { path, reason }, place: path });
}

/** Replaces such a file in one step, for its owner alone. @throws FILE_UNWRITABLE */
export async function writeRecordFile(path: string, record: object): Promise<void> {
  await writeFileAtomically(path, `${JSON.stringify(record, undefined, 2)}\n`, 0o600);
}
