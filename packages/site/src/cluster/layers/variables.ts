import { readFile, stat } from 'node:fs/promises';
import { DocumentError, readYamlDocument } from '@sealift/core/document';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import type { MacroValue } from '@sealift/core/pack';
import { z } from 'zod';
import type { SiteVariables } from '../../settings.ts';

const maxBytes = 1024 * 1024;
const name = z.string().regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,252}$/);
const value = z.union([z.string(), z.number(), z.boolean()]);
const schema = z.record(name, value).refine((all) => Object.keys(all).length <= 1000);

/** The site's variables by their names (`.spectro.var.<name>`). */
export type Variables = Readonly<Record<string, MacroValue>>;

/** The site's variables as they are now. @throws VARIABLES_INVALID */
export async function readVariables(variables: SiteVariables | undefined): Promise<Variables> {
  if (variables === undefined) return {};
  if ('text' in variables) return parseVariables(variables.text.reveal(), 'the settings of the site');
  const { file } = variables;
  try {
    const { size } = await stat(file);
    if (size > maxBytes) throw invalid(file, `it is larger than ${maxBytes} bytes`);
    return parseVariables(await readFile(file, 'utf8'), file);
  } catch (error) {
    throw error instanceof SealiftError ? error : invalid(file, reasonOf(error));
  }
}

/**
 * Reads a YAML mapping of names to texts, numbers and truth values. They may be secret, so nothing of what stands there is quoted in an error.
 *
 * @param from where the text is from, for people
 * @throws VARIABLES_INVALID with the line where one can be named
 */
export function parseVariables(text: string, from: string): Variables {
  // Nothing but comments is no document.
  if (text.split('\n').every((line) => /^\s*(?:#|$)/.test(line))) return {};
  try {
    const read = readYamlDocument(text, maxBytes);
    const parsed = schema.safeParse(read.value ?? {});
    if (parsed.success) return parsed.data;
    const path = parsed.error.issues[0]?.path.filter((one) => typeof one !== 'symbol') ?? [];
    throw invalid(from, 'it has to be one mapping of names to texts, numbers and truth values', read.placeOf(path));
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    throw invalid(from, 'it is not YAML', /^:\d+:\d+/.exec(error.at)?.[0]);
  }
}

function invalid(from: string, reason: string, at = ''): SealiftError {
  const line = /^:(\d+)/.exec(at)?.[1];
  const where = line === undefined ? '' : `, at line ${line}`;
  return new SealiftError('VARIABLES_INVALID', {
    place: `${from}${at}`,
    values: { from, reason: `${reason}${where}` },
  });
}
