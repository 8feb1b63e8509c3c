import { z } from 'zod';
import { SealiftError } from '../errors/sealift-error.ts';
import { packVersionSchema } from '../pack/pack.ts';
import { check } from '../schema/check.ts';
import { DocumentError } from '../schema/document-error.ts';
import { readJsonDocument } from '../schema/json-document.ts';
import { releasedImageSchema, releasedPackSchema } from './release.ts';

const maxLength = 8_000_000;

/** `pack-release.json`, which the marker of a pack bundle carries: one pack with its images, pinned by digest. */
export const packReleaseSchema = z.strictObject({
  apiVersion: z.literal('sealift.dev/v1'),
  kind: z.literal('PackRelease'),
  pack: releasedPackSchema,
  images: z.array(releasedImageSchema).max(10_000),
  /** The oldest installed sealift that can upload it; absent where the bundle brings its own. */
  sealift: packVersionSchema.optional(),
});
export type PackRelease = z.infer<typeof packReleaseSchema>;

/**
 * Reads a `pack-release.json`.
 *
 * @param place the file or the reference in a registry, for error messages.
 * @throws RELEASE_INVALID with the JSON Pointer.
 */
export function parsePackRelease(jsonText: string, place: string): PackRelease {
  try {
    return check(packReleaseSchema, readJsonDocument(jsonText, maxLength));
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    throw new SealiftError('RELEASE_INVALID', {
      place: `${place}${error.at}`,
      values: { path: place, reason: error.message },
    });
  }
}
