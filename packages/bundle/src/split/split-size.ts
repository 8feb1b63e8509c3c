import { SealiftError } from '@sealift/core/errors';

const units: Readonly<Record<string, number>> = {
  '': 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
  KB: 1000,
  MB: 1000 ** 2,
  GB: 1000 ** 3,
  TB: 1000 ** 4,
};

/**
 * Reads the size of a part: a whole number of bytes, or of `KiB`, `MiB`, `GiB`, `TiB` (powers of 1024) or `KB`, `MB`, `GB`, `TB` (powers of 1000).
 *
 * @returns bytes
 * @throws USAGE
 */
export function parseSplitSize(text: string): number {
  return parseSize(text, '--split', 'the size of a part');
}

/** As `parseSplitSize`, of another option; `what` it is, for the error. @throws USAGE */
export function parseSize(text: string, option: string, what: string): number {
  const [, digits = '', unit = ''] = /^([0-9]{1,15}) ?([KMGT]i?B)?$/.exec(text) ?? [];
  const bytes = Number(digits) * (units[unit] ?? Number.NaN);
  if (digits !== '' && bytes > 0 && Number.isSafeInteger(bytes)) return bytes;
  throw new SealiftError('USAGE', {
    values: { reason: `${JSON.stringify(text)} is not ${what}` },
    place: option,
    hint: `Give a number with a unit, such as ${option} 4GiB or ${option} 650MiB.`,
  });
}
