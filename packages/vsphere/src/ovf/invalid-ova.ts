import { SealiftError } from '@sealift/core/errors';

/** A package that is not what OVF (DMTF DSP0243) says. */
export function invalidOva(place: string, reason: string, cause?: unknown): SealiftError {
  return new SealiftError('OVA_INVALID', {
    values: { path: place, reason },
    place,
    ...(cause === undefined ? {} : { cause }),
  });
}

/**
 * A name of a file in a package: one segment, nothing that leads out of a folder.
 *
 * @throws OVA_INVALID
 */
export function checkedFileName(name: string, place: string): string {
  const plain = name.length <= 255 && name !== '' && name !== '.' && name !== '..' && !/[/\\\p{C}]/u.test(name);
  if (!plain) throw invalidOva(place, `${JSON.stringify(name.slice(0, 100))} is not the name of a file in it`);
  return name;
}
