import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { removeFile, writeFileAtomically } from '@sealift/io/durable-file';
import { isMissing } from '@sealift/io/file-errors';
import { isRunning } from '@sealift/io/process-identity';
import { FileTooLarge, readBounded } from '@sealift/io/read-file';
import { z } from 'zod';
import type { HostFolder } from '../host/host-folder.ts';
import type { ServiceKind } from '../setup/units.ts';

const schema = z.object({
  format: z.literal(1),
  /** As `thisProcess` names it. */
  process: z.string().max(200),
  version: z.string().max(100),
  /** The file that it runs, as `fileIdentity` tells it; null where that is a checkout. */
  file: z.string().max(200).nullable(),
  /** The users whom it lets in, as `fileIdentity` tells their file; versions of before do not say it. */
  users: z.string().max(200).optional(),
  /** An executable that was put in the place of its own and did not come up. */
  refused: z.strictObject({ file: z.string().max(200), reason: z.string().max(2000) }).nullable(),
});
/** What a service says of itself. */
export type ServingRecord = Omit<z.output<typeof schema>, 'format'>;

const limitBytes = 64 * 1024;

function pathOf({ run }: HostFolder, kind: ServiceKind): string {
  return join(run, `${kind}.json`);
}

/** @throws FILE_UNWRITABLE */
export async function writeServing(folder: HostFolder, kind: ServiceKind, record: ServingRecord): Promise<void> {
  await writeFileAtomically(pathOf(folder, kind), JSON.stringify({ format: 1, ...record }), 0o644);
}

export async function endServing(folder: HostFolder, kind: ServiceKind): Promise<void> {
  await removeFile(pathOf(folder, kind)).catch(() => false);
}

/** Undefined where none runs. Root reads what belongs to a lesser account: no more than it can be. */
export async function readServing(folder: HostFolder, kind: ServiceKind): Promise<ServingRecord | undefined> {
  const path = pathOf(folder, kind);
  try {
    if (!(await lstat(path)).isFile()) return undefined;
    const parsed = schema.safeParse(JSON.parse((await readBounded(path, limitBytes)).toString('utf8')));
    if (!parsed.success || !(await isRunning(parsed.data.process))) return undefined;
    const { format: _, ...record } = parsed.data;
    return record;
  } catch (error) {
    if (isMissing(error) || error instanceof SyntaxError || error instanceof FileTooLarge) return undefined;
    throw error;
  }
}
