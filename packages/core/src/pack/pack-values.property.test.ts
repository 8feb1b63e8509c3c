import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { isSealiftError } from '../errors/sealift-error.ts';
import { packImages, readPackValues } from './pack-values.ts';

const image = fc.stringMatching(/^[a-z0-9./-]{1,20}:[a-z0-9.]{1,8}$/);
const other = fc.dictionary(
  fc.stringMatching(/^[a-z]{1,6}$/).filter((key) => key !== 'pack'),
  fc.jsonValue(),
);

describe('readPackValues', () => {
  it('finds the images whatever stands around the section', () => {
    fc.assert(
      fc.property(fc.uniqueArray(image), other, other, (images, before, after) => {
        const pack = { content: { images: images.map((name) => ({ image: name })) } };
        const tail = Object.fromEntries(Object.entries(after).filter(([key]) => !Object.hasOwn(before, key)));
        expect(packImages(stringify({ ...before, pack, ...tail }))).toEqual(images);
      }),
    );
  });

  it('answers or refuses any text, and never fails otherwise', { timeout: 30_000 }, () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.stringMatching(/^(pack:|[-:?{}[\]&*!|>'"%@`#, \na1]){0,30}$/),
      fc.string().map((rest) => `pack:\n  ${rest}`),
    );
    fc.assert(
      fc.property(text, (values) => {
        try {
          readPackValues(values, 'values.yaml');
        } catch (error) {
          return isSealiftError(error, 'PACK_VALUES_INVALID');
        }
        return true;
      }),
      { numRuns: 500 },
    );
  });
});
