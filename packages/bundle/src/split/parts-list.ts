import { basename } from 'node:path';
import { canonicalJson } from '@sealift/core/canonical-json';
import { SealiftError } from '@sealift/core/errors';
import { z } from 'zod';

/** More files than this would be more than a process may hold open on many machines. */
export const maxParts = 500;
/** A list of that many parts stays below this. */
export const maxPartsListBytes = 1024 * 1024;

/** `<bundle>.parts.json`: the parts that a bundle was split into. One behind the other they are the bundle. */
export const partsListSchema = z.strictObject({
  kind: z.literal('sealift-bundle-parts'),
  formatVersion: z.literal(1),
  /** Of all parts together, in bytes: the length that `bundle.json` states. */
  length: z.int().positive(),
  parts: z
    .array(
      z.strictObject({
        /** As it was written. A reader takes the parts by their place in the list, so that all may be renamed alike. */
        name: z.string().min(1).max(255),
        size: z.int().positive(),
        sha256: z.string().regex(/^[0-9a-f]{64}$/, '64 lower-case hex digits'),
      }),
    )
    .min(2)
    .max(maxParts),
});
export type PartsList = z.infer<typeof partsListSchema>;

/** Where the list of a split bundle's parts is; its signature is beside it, with `.minisig` behind the name. */
export function partsListPath(bundlePath: string): string {
  return `${bundlePath}.parts.json`;
}

/** What stands behind the bundle's name in that of a part, counted from 1: nothing, `.part002`, `.part003`, … */
export function partSuffix(number: number): string {
  return number === 1 ? '' : `.part${String(number).padStart(3, '0')}`;
}

/** The text of a list of parts, each of which is named after the bundle. */
export function formatPartsList(
  bundlePath: string,
  parts: readonly { readonly size: number; readonly sha256: string }[],
): string {
  return canonicalJson({
    kind: 'sealift-bundle-parts',
    formatVersion: 1,
    length: parts.reduce((sum, { size }) => sum + size, 0),
    parts: parts.map(({ size, sha256 }, index) => ({
      name: `${basename(bundlePath)}${partSuffix(index + 1)}`,
      size,
      sha256,
    })),
  } satisfies PartsList);
}

/**
 * Reads the text of a list whose signature has been verified.
 *
 * @throws BUNDLE_DAMAGED
 */
export function parsePartsList(text: string, path: string): PartsList {
  const parsed = partsListSchema.safeParse(jsonOf(text));
  const reason = parsed.success ? flawOf(parsed.data, text) : (parsed.error.issues[0]?.message ?? 'not as expected');
  if (parsed.success && reason === undefined) return parsed.data;
  throw new SealiftError('BUNDLE_DAMAGED', {
    values: { path, reason: `it is not a list of parts: ${reason}` },
    place: path,
  });
}

function flawOf({ parts, length }: PartsList, text: string): string | undefined {
  const sum = parts.reduce((total, { size }) => total + size, 0);
  if (sum !== length) return `its parts have ${sum} bytes together instead of ${length}`;
  return canonicalJson({ kind: 'sealift-bundle-parts', formatVersion: 1, length, parts }) === text
    ? undefined
    : 'it is not canonical JSON';
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
