import { SealiftError } from '@sealift/core/errors';
import { z } from 'zod';

/** Where a list that is ordered by time, and by id among equal ones, goes on: after this row, whatever came meanwhile. */
export interface Cursor {
  readonly at: Date;
  readonly id: string;
}

const parts = z.tuple([z.iso.datetime(), z.string().min(1).max(200)]);

/** As clients get it, and give it back: nothing for them to read. */
export function cursorText({ at, id }: Cursor): string {
  return Buffer.from(JSON.stringify([at.toISOString(), id])).toString('base64url');
}

/** @throws INPUT_INVALID where it is none of ours */
export function readCursor(text: string): Cursor {
  try {
    const [at, id] = parts.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    return { at: new Date(at), id };
  } catch {
    const reason = 'expected `next` of the page before';
    throw new SealiftError('INPUT_INVALID', { place: 'querystring.after', values: { what: 'the cursor', reason } });
  }
}

/** `?after=` of a list. */
export const afterSchema = z.object({ after: z.string().max(400).optional() });
