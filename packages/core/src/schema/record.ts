import { z } from 'zod';
import { SealiftError } from '../errors/sealift-error.ts';
import { check } from './check.ts';
import { DocumentError } from './document-error.ts';
import { readJsonDocument } from './json-document.ts';

const anyFormat = z.object({ format: z.int() });

/** Nothing of ours that is stored as one text is longer; in UTF-16 code units. */
const maxLength = 512 * 1024 * 1024;

/**
 * Reads JSON that outlives processes: its `format` is looked at before anything else, so that what another version wrote is
 * refused by name and never half understood.
 *
 * @param what how people call it, such as `the journal`
 * @throws RECORD_FORMAT_OTHER when another version wrote it; RECORD_DAMAGED when it is not what its format says
 */
export function readRecord<Schema extends z.ZodType>(
  what: string,
  { stored, format, schema }: { readonly stored: string; readonly format: number; readonly schema: Schema },
): z.output<Schema> {
  try {
    const value = readJsonDocument(stored, maxLength);
    const found = anyFormat.safeParse(value).data?.format;
    if (found !== format) {
      throw new SealiftError('RECORD_FORMAT_OTHER', { values: { what, found: found ?? 'none', format } });
    }
    return check(schema, value);
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    const reason = error.message;
    throw new SealiftError('RECORD_DAMAGED', { values: { what, reason }, cause: error });
  }
}
