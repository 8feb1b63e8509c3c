import { isSealiftError, SealiftError } from '@sealift/core/errors';
import { readPlain } from '@sealift/core/merge';
import { type Migration, migrationSchema } from '@sealift/core/release';
import { z } from 'zod';
import type { CheckedMerge } from './merge-and-check.ts';
import { mergeInThread } from './merge-in-thread.ts';
import type { MergeOptions } from './merge-options.ts';
import { readResolutions } from './read-resolutions.ts';
import { readText } from './read-text.ts';

/**
 * Reads the files that the options name and merges them.
 *
 * @param cancel ends the merge at once
 * @throws MERGE_* (exit code 2), INPUT_INVALID, INPUT_TOO_LARGE, CANCELLED
 */
export async function mergeFiles(options: MergeOptions, cancel: AbortSignal): Promise<CheckedMerge> {
  const base = await readText(options.base, '--base');
  const current = await readText(options.current, '--current');
  const incoming = await readText(options.incoming, '--incoming');
  const migrations = await readMigrations(options);
  const { resolve } = options;
  const resolutions = resolve === undefined ? [] : readResolutions(await readText(resolve, '--resolve'), resolve);
  const { schema: path } = options;
  const schema = path === undefined ? undefined : { path, text: await readText(path, '--schema') };
  try {
    return await mergeInThread({ input: { base, current, incoming, migrations, resolutions }, schema }, cancel);
  } catch (error) {
    throw named(options, error);
  }
}

/** Failures name the file, not the role of its text. */
function named(options: MergeOptions, error: unknown): unknown {
  if (!isSealiftError(error) || error.place === undefined) return error;
  const at = /^(base|current|incoming)(:.*)?$/s.exec(error.place);
  const role = at?.[1];
  const file = role === 'base' || role === 'current' || role === 'incoming' ? options[role] : undefined;
  // The message is kept; the place becomes one that an editor can open.
  if (file !== undefined) Object.defineProperty(error, 'place', { value: `${file}${at?.[2] ?? ''}` });
  return error;
}

async function readMigrations(options: MergeOptions): Promise<readonly Migration[]> {
  if (options.migrations === undefined) return [];
  const plain = readPlain(await readText(options.migrations, '--migrations'), options.migrations);
  const list = Array.isArray(plain)
    ? plain
    : (member(member(plain, 'spec'), 'migrations') ?? member(plain, 'migrations'));
  const withPack = z
    .array(z.unknown())
    .max(500)
    .safeParse(list ?? []);
  const items = (withPack.data ?? [list]).map((item) =>
    typeof item === 'object' && item !== null && !('pack' in item) ? { pack: options.pack ?? 'any', ...item } : item,
  );
  const migrations = parsed(z.array(migrationSchema), items, options.migrations, 'the list of migrations');
  return migrations.filter((migration) => options.pack === undefined || migration.pack === options.pack);
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

function parsed<Type>(schema: z.ZodType<Type>, value: unknown, place: string, what: string): Type {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  throw new SealiftError('INPUT_INVALID', { place, values: { what, reason: z.prettifyError(read.error) } });
}
