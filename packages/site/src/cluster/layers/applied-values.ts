import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { KubeObject } from '@sealift/kubernetes/object';
import { z } from 'zod';

/** Beside its record, as a Secret holds 1 MiB; the largest record takes most of it. */
const roomBytes = 1_000_000;
/** As long as values may be when they are applied. */
const longestBytes = 10_000_000;
const heldSchema = z.object({ record: z.string().default(''), values: z.string().optional() });

/**
 * The member of a layer's Secret that keeps the values which were applied, packed, so that a console that knows nothing yet finds them again;
 * null, which takes it away, where there is no room for them.
 *
 * @param held the members beside it, in base64
 */
export async function packedValues(values: string, held: { readonly record: string }): Promise<string | null> {
  const packed = await promisify(gzip)(values, { level: 9 });
  return fits(packed.length, held.record) ? packed.toString('base64') : null;
}

/** The same member of a Secret whose record has grown: null where both have no room any more. */
export function keptValues(object: KubeObject, held: { readonly record: string }): string | null {
  const { values } = heldSchema.safeParse(object['data']).data ?? {};
  return values !== undefined && fits((values.length * 3) / 4, held.record) ? values : null;
}

/** The values that a layer's Secret keeps; undefined where it keeps none that can be read. */
export async function valuesIn(object: KubeObject): Promise<string | undefined> {
  const { values } = heldSchema.safeParse(object['data']).data ?? {};
  if (values === undefined) return undefined;
  try {
    const bytes = await promisify(gunzip)(Buffer.from(values, 'base64'), { maxOutputLength: longestBytes });
    return bytes.toString('utf8');
  } catch {
    // Not what was packed: whoever asks compares with the hash of the record, and knows of none.
    return undefined;
  }
}

function fits(sizeBytes: number, record: string): boolean {
  return sizeBytes + (record.length * 3) / 4 <= roomBytes;
}
