import { SealiftError } from '@sealift/core/errors';
import { readNamedFile } from '@sealift/io/read-file';

/** As much as a console takes in one request. */
const limitBytes = 16 * 1024 * 1024;

/** A layer as options name it. */
export interface LayerPlace {
  readonly layer: string;
  readonly pack: string;
}

/**
 * Reads the file of a `--values layer/pack=file`.
 *
 * @throws USAGE, FILE_NOT_FOUND, FILE_UNREADABLE, INPUT_TOO_LARGE
 */
export async function readValues(item: string): Promise<LayerPlace & { readonly values: string }> {
  const [, layer, pack, path] = /^([^/=]+)\/([^/=]+)=(.+)$/.exec(item) ?? [];
  if (layer === undefined || pack === undefined || path === undefined) {
    const reason = `${JSON.stringify(item)} is not of the form layer/pack=file`;
    throw new SealiftError('USAGE', { values: { reason }, place: '--values' });
  }
  const bytes = await readNamedFile(path, limitBytes, '--values');
  return { layer, pack, values: bytes.toString('utf8') };
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
