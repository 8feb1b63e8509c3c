import { SealiftError } from '@sealift/core/errors';
import { z } from 'zod';

/** Where a list goes on: after the row of this place in its order, and of this id among those of one place, whatever came meanwhile. */
export interface Cursor<Place> {
  readonly place: Place;
  readonly id: string;
}

/** As clients get it, and give it back: nothing for them to read. */
export function cursorText({ place, id }: Cursor<Date | number>): string {
  const text = typeof place === 'number' ? place : place.toISOString();
  return Buffer.from(JSON.stringify([text, id])).toString('base64url');
}

/** That of the page after these rows; null where there is none. @param rows one more than the page holds where there is */
export function nextAfter<Row>(
  rows: readonly Row[],
  pageLength: number,
  cursorOf: (last: Row) => Cursor<Date | number>,
): string | null {
  const last = rows[pageLength - 1];
  return last === undefined || rows.length <= pageLength ? null : cursorText(cursorOf(last));
}

const id = z.string().max(200);
const time = z.tuple([z.iso.datetime().transform((text) => new Date(text)), id]);
const number = z.tuple([z.int().nonnegative(), id]);

/** Of a list in the order of time. @throws INPUT_INVALID where it is none of ours */
export function timeCursor(text: string | undefined): Cursor<Date> | undefined {
  return text === undefined ? undefined : read(time, text);
}

/** Of a list in the order of a number that grows. @throws INPUT_INVALID where it is none of ours */
export function numberCursor(text: string | undefined): Cursor<number> | undefined {
  return text === undefined ? undefined : read(number, text);
}

function read<Place>(schema: z.ZodType<[Place, string]>, text: string): Cursor<Place> {
  try {
    const [place, of] = schema.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    return { place, id: of };
  } catch {
    const reason = 'expected `next` of the page before';
    throw new SealiftError('INPUT_INVALID', { place: 'querystring.after', values: { what: 'the cursor', reason } });
  }
}

/** `?after=` of a list. */
export const afterSchema = z.object({ after: z.string().max(400).optional() });
