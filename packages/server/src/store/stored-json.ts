import { SealiftError } from '@sealift/core/errors';
import { z } from 'zod';

/**
 * Reads a column that holds JSON; never a cast, as a row may have been damaged.
 *
 * @param what how people call it, such as `the layers of the upgrade`
 * @throws RECORD_DAMAGED
 */
export function storedJson<Schema extends z.ZodType>(what: string, stored: string, schema: Schema): z.output<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(stored);
  } catch (cause) {
    throw new SealiftError('RECORD_DAMAGED', { values: { what, reason: 'it is no JSON' }, cause });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const reason = z.prettifyError(parsed.error).slice(0, 300);
  throw new SealiftError('RECORD_DAMAGED', { values: { what, reason }, cause: parsed.error });
}
