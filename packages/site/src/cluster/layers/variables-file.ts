import { readFile, stat } from 'node:fs/promises';
import { DocumentError, readYamlDocument } from '@sealift/core/document';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import type { MacroValue } from '@sealift/core/pack';
import { z } from 'zod';

const maxBytes = 1024 * 1024;
const name = z.string().regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,252}$/);
const value = z.union([z.string(), z.number(), z.boolean()]);
const schema = z.record(name, value).refine((all) => Object.keys(all).length <= 1000);

/**
 * The site's variables (`.spectro.var.<name>`): a YAML mapping of names to texts, numbers and truth values. They may be secret, so nothing of
 * what stands there is quoted in an error.
 *
 * @throws VARIABLES_INVALID with the line where one can be named
 */
export async function readVariables(file: string): Promise<Readonly<Record<string, MacroValue>>> {
  const invalid = (reason: string, at = ''): SealiftError =>
    new SealiftError('VARIABLES_INVALID', { place: `${file}${at}`, values: { file, reason } });
  let text: string;
  try {
    const { size } = await stat(file);
    if (size > maxBytes) throw invalid(`it is larger than ${maxBytes} bytes`);
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw error instanceof SealiftError ? error : invalid(reasonOf(error));
  }
  if (text.trim() === '') return {};
  try {
    const read = readYamlDocument(text, maxBytes);
    const parsed = schema.safeParse(read.value ?? {});
    if (parsed.success) return parsed.data;
    const path = parsed.error.issues[0]?.path.filter((one) => typeof one !== 'symbol') ?? [];
    throw invalid('it has to be one mapping of names to texts, numbers and truth values', read.placeOf(path));
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    throw invalid('it is not YAML', /^:\d+:\d+/.exec(error.at)?.[0]);
  }
}
