import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { validatePack } from '@sealift/bundle/validate-pack';
import { isSealiftError, SealiftError } from '@sealift/core/errors';
import { parsePack } from '@sealift/core/pack';
import { writeFileAtomically } from '@sealift/io/durable-file';
import { isMissing, unwritable } from '@sealift/io/file-errors';
import type { CliContext } from '../../context.ts';
import { scaffold } from './scaffold.ts';

export interface CreateOptions {
  readonly layer: string;
  readonly name?: string;
  readonly packVersion: string;
  readonly displayName?: string;
  readonly json?: true;
}

/** Begins the folder of a pack. @throws PACK_FOLDER_TAKEN, USAGE, FILE_UNWRITABLE */
export async function createPack(folder: string, options: CreateOptions, context: CliContext): Promise<void> {
  const { layer, name = basename(resolve(folder)), packVersion: version, displayName = name } = options;
  await demandEmpty(folder);
  const files = scaffold({ name, version, layer, displayName });
  demandValid(files['pack.json'] ?? '');
  for (const [path, text] of Object.entries(files)) await writeFileAtomically(join(folder, path), text);
  const { problems } = await validatePack(folder);
  const [first] = problems;
  if (first !== undefined)
    throw new SealiftError('INTERNAL', { values: { reason: first.message }, place: first.place });
  const paths = Object.keys(files);
  if (options.json === true) return context.out(JSON.stringify({ folder, name, version, layer, files: paths }));
  for (const path of paths) context.out(join(folder, path));
  context.note(
    `Next: put its charts and manifests there, name them in pack.json, then \`sealift packs validate ${folder}\`.`,
  );
}

async function demandEmpty(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw unwritable(folder, error);
  });
  const [first] = names;
  if (first === undefined) return;
  const reason = `it holds ${JSON.stringify(first)}`;
  throw new SealiftError('PACK_FOLDER_TAKEN', { values: { path: folder, reason }, place: folder });
}

/** What was typed is what is wrong, not a file that is not there yet. */
function demandValid(packJson: string): void {
  try {
    parsePack(packJson, 'pack.json');
  } catch (error) {
    if (!isSealiftError(error, 'PACK_INVALID')) throw error;
    const option = { '/name': '--name', '/version': '--pack-version', '/layer': '--layer' }[
      error.place?.split('#')[1] ?? ''
    ];
    throw new SealiftError('USAGE', {
      values: { reason: error.message.replace(/^the pack at pack\.json is not valid: /, '') },
      place: option ?? '--display-name',
      cause: error,
    });
  }
}
