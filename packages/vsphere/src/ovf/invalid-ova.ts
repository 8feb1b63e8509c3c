import { SealiftError } from '@sealift/core/errors';

/** For an archive whose content may be right and whose form is not. */
export const repackHint =
  'Repack it, the descriptor first, then the manifest, then the disks, and nothing but files: tar -xf IMAGE.ova, then tar --format=ustar -cf IMAGE.ova NAME.ovf NAME.mf DISK….';

/** A package that is not what OVF (DMTF DSP0243) says; fetching it again helps, unless the hint says what else. */
export function invalidOva(place: string, reason: string, cause?: unknown, hint?: string): SealiftError {
  return new SealiftError('OVA_INVALID', {
    values: { path: place, reason },
    place,
    ...(hint === undefined ? {} : { hint }),
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
  if (!plain)
    throw invalidOva(
      place,
      `${JSON.stringify(name.slice(0, 100))} is not the name of a file in it`,
      undefined,
      repackHint,
    );
  return name;
}
