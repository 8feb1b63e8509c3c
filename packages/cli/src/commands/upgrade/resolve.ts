import { layerPreviewSchema } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { type MergePath, mergePathSchema, parsePathText, pathKey, type Resolution } from '@sealift/core/merge';
import type { CliContext } from '../../context.ts';
import { connect } from '../../client/connect.ts';
import { findUpgrade, upgradeUrl } from '../../client/current-upgrade.ts';
import { preview } from './layer-preview.ts';
import { usage } from './usage.ts';

export interface ResolveOptions {
  readonly path: string;
  readonly take?: string;
  readonly value?: string;
  readonly id?: string;
  readonly json?: true;
}

/**
 * Adds a resolution to those a layer has, in the place of an earlier one for the same path.
 *
 * @throws USAGE, INPUT_INVALID, PLATFORM_*
 */
export async function resolveConflict(layer: string, options: ResolveOptions, context: CliContext): Promise<void> {
  const resolution = readResolution(options);
  const api = await connect(context);
  const { id } = await findUpgrade(api, options.id);
  const before = await preview(api, id, layer);
  const key = pathKey(resolution.path);
  const others = before.resolutions.filter(({ path }) => pathKey(path) !== key);
  const url = upgradeUrl(id, 'layers', layer, 'resolutions');
  const after = await api.put(url, { resolutions: [...others, resolution] }, layerPreviewSchema);
  if (options.json === true) context.out(JSON.stringify(after));
  else
    context.out(`${layer}: ${after.conflicts.length} ${after.conflicts.length === 1 ? 'conflict' : 'conflicts'} left`);
}

function readResolution({ path: text, take, value }: ResolveOptions): Resolution {
  const path = readPath(text);
  if ((take === undefined) === (value === undefined)) throw usage('give either --take or --value', '--take');
  if (value !== undefined) return { path, value };
  if (take === 'current' || take === 'incoming' || take === 'base') return { path, take };
  throw usage(`${JSON.stringify(take)} is not a side; there are current, incoming and base`, '--take');
}

/** A path as it is shown, as a JSON array, or as a JSON Pointer of keys (RFC 6901). */
function readPath(text: string): MergePath {
  if (text.startsWith('/')) {
    return text
      .slice(1)
      .split('/')
      .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  }
  try {
    return mergePathSchema.parse(JSON.parse(text));
  } catch {
    // Not an array: it may be a path as it is shown.
  }
  try {
    return parsePathText(text);
  } catch {
    const reason =
      'expected a path as it is shown, such as env[name=X].value, a JSON array of keys, or a JSON Pointer such as /charts/calico/mtu';
    throw new SealiftError('INPUT_INVALID', { values: { what: 'the path', reason }, place: '--path' });
  }
}
