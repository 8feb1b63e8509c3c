import type { Row } from '../row.ts';
import { Workplace } from '../bundle/workplace.ts';
import { uploadRows } from './upload.ts';

type Note = (text: string) => void;

const place = new Workplace();
const of = (mebibytes: number) => async (note: Note) => await uploadRows(place, mebibytes, note);

/** The upload of a disk to vCenter, beside curl. */
export const parts: Readonly<Record<string, (note: Note) => Promise<readonly Row[]>>> = {
  small: of(300),
  large: of(1536),
};

/** Removes everything that was made. */
export function end(): void {
  place.remove();
}
