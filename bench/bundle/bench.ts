import type { Row } from '../row.ts';
import { bigCheckRows, bigListRows } from './big-bundle.ts';
import { checkRows, createRows, gzipRows, listRows, unpackRows } from './container.ts';
import { differentialRows } from './differential.ts';
import { patchRows } from './patch-release.ts';
import { rebuiltImageRows } from './rebuilt-image.ts';
import { pushRows, repushRows } from './push.ts';
import { Workplace } from './workplace.ts';

type Note = (text: string) => void;

const place = new Workplace();
const at = (part: (place: Workplace, note: Note) => Promise<readonly Row[]>) => async (note: Note) =>
  await part(place, note);

/** What a bundle costs, beside the programs that one would use instead. */
export const parts = {
  create: at(createRows),
  gzip: at(gzipRows),
  check: at(checkRows),
  list: at(listRows),
  unpack: at(unpackRows),
  push: at(pushRows),
  repush: at(repushRows),
  'big-list': at(bigListRows),
  patch: at(patchRows),
  differential: at(differentialRows),
  'rebuilt-image': at(rebuiltImageRows),
  'big-check': at(bigCheckRows),
};

/** A minute of hashing, which says little that `check` does not. */
export const onDemand = ['big-check'];

/** Removes everything that was made. */
export function end(): void {
  place.remove();
}
