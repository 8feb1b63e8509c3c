import { readFile } from 'node:fs/promises';
import { SealiftError } from '@sealift/core/errors';

/** A layer as options name it. */
export interface LayerPlace {
  readonly layer: string;
  readonly pack: string;
}

/**
 * Reads the file of a `--values layer/pack=file`.
 *
 * @throws USAGE, FILE_NOT_FOUND, FILE_UNREADABLE
 */
export async function readValues(item: string): Promise<LayerPlace & { readonly values: string }> {
  const [, layer, pack, path] = /^([^/=]+)\/([^/=]+)=(.+)$/.exec(item) ?? [];
  if (layer === undefined || pack === undefined || path === undefined) {
    const reason = `${JSON.stringify(item)} is not of the form layer/pack=file`;
    throw new SealiftError('USAGE', { values: { reason }, place: '--values' });
  }
  try {
    return { layer, pack, values: await readFile(path, 'utf8') };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new SealiftError('FILE_NOT_FOUND', { values: { path }, place: '--values', cause: error });
    }
    throw new SealiftError('FILE_UNREADABLE', { values: { path, reason: String(error) }, cause: error });
  }
}

/** The layers that `--defaults layer/pack` names. @throws USAGE */
export function layerPlaces(items: readonly string[]): readonly LayerPlace[] {
  return items.map((item) => {
    const [, layer, pack] = /^([^/=]+)\/([^/=]+)$/.exec(item) ?? [];
    if (layer !== undefined && pack !== undefined) return { layer, pack };
    const reason = `${JSON.stringify(item)} is not of the form layer/pack`;
    throw new SealiftError('USAGE', { values: { reason }, place: '--defaults' });
  });
}
