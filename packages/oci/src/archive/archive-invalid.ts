import { SealiftError } from '@sealift/core/errors';

/** Says why a file is no archive of images. */
export function archiveInvalid(path: string, reason: string): SealiftError {
  return new SealiftError('IMAGE_ARCHIVE_INVALID', { place: path, values: { path, reason } });
}
