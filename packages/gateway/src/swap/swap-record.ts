import { packVersionSchema } from '@sealift/core/pack';
import { z } from 'zod';
import { removeFile } from '@sealift/io/durable-file';
import type { GatewayFolder } from '../folder.ts';
import { readRecordFile, writeRecordFile } from '../record-file.ts';

const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);
const swapSchema = z.object({
  format: z.literal(1),
  version: packVersionSchema,
  sha256: sha256Hex,
  attempt: z.int().min(1),
  /** What `current` led to before; null where it was missing. */
  previous: sha256Hex.nullable(),
  /** How often it was started on trial. */
  starts: z.int().min(0),
});
/** A swap that is under way. It is written before anything changes, and removed when nothing is left to do. */
export type Swap = Omit<z.output<typeof swapSchema>, 'format'>;

/** Undefined while none is under way. @throws GATEWAY_STATE_INVALID */
export async function readSwap({ swap }: Pick<GatewayFolder, 'swap'>): Promise<Swap | undefined> {
  const stored = await readRecordFile(swap, swapSchema);
  if (stored === undefined) return undefined;
  const { format: _, ...rest } = stored;
  return rest;
}

/** @throws FILE_UNWRITABLE */
export async function writeSwap({ swap }: Pick<GatewayFolder, 'swap'>, record: Swap): Promise<void> {
  await writeRecordFile(swap, { format: 1, ...record });
}

/** Ends a swap. */
export async function endSwap({ swap }: Pick<GatewayFolder, 'swap'>): Promise<void> {
  await removeFile(swap);
}
