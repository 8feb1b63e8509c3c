import { gatewayFailureSchema } from '@sealift/core/api';
import { packVersionSchema } from '@sealift/core/pack';
import { z } from 'zod';
import type { GatewayFolder } from './folder.ts';
import { readRecordFile, writeRecordFile } from './record-file.ts';

const memorySchema = z.object({
  format: z.literal(1),
  /** The platform whose releases it runs: those of another one are refused, also where the same vendor signed them. */
  product: z.string().max(100).nullable(),
  /** The newest executable that has proved itself here: nothing older is ever taken, whoever signed it. */
  newest: z.object({ version: packVersionSchema, sha256: z.string() }).nullable(),
  /** What it went back from, or refused, last. */
  failure: gatewayFailureSchema.nullable(),
});
/** What a gateway remembers of what it was offered. */
export type Memory = Omit<z.output<typeof memorySchema>, 'format'>;

/** @throws GATEWAY_STATE_INVALID */
export async function readMemory({ memory }: Pick<GatewayFolder, 'memory'>): Promise<Memory> {
  const { product, newest, failure } = (await readRecordFile(memory, memorySchema)) ?? nothing;
  return { product, newest, failure };
}

const nothing: Memory = { product: null, newest: null, failure: null };

/** @throws FILE_UNWRITABLE */
export async function changeMemory(folder: Pick<GatewayFolder, 'memory'>, change: Partial<Memory>): Promise<void> {
  await writeRecordFile(folder.memory, { format: 1, ...(await readMemory(folder)), ...change });
}
