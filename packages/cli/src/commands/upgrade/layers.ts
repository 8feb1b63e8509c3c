import { type LayerPreview, layerPreviewSchema } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { type MergePath, mergePathSchema, type Resolution } from '@sealift/core/merge';
import type { ApiClient } from '../../client/api-client.ts';
import type { CliContext } from '../../context.ts';
import { connect } from '../../client/connect.ts';
import { findUpgrade, upgradeUrl } from '../../client/current-upgrade.ts';

export interface ResolveOptions {
  readonly path: string;
  readonly take?: string;
  readonly value?: string;
  readonly id?: string;
  readonly json?: true;
}

const texts = ['base', 'current', 'incoming', 'merged'] as const;

/** Shows the layers of an upgrade, or the preview of one. */
export async function showLayers(
  layer: string | undefined,
  options: { id?: string; text?: string; json?: true },
  context: CliContext,
): Promise<void> {
  const api = await connect(context);
  const upgrade = await findUpgrade(api, options.id);
  if (layer !== undefined) {
    showPreview(await preview(api, upgrade.id, layer), options, context);
    return;
  }
  if (options.json === true) context.out(JSON.stringify({ layers: upgrade.layers }));
  for (const change of options.json === true ? [] : upgrade.layers) {
    const versions = `${change.fromVersion ?? 'new'} to ${change.toVersion ?? 'removed'}`;
    context.out(`${change.id}  ${versions}  ${change.state}  ${change.openConflicts} open conflicts`);
  }
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
  const key = JSON.stringify(resolution.path);
  const others = before.resolutions.filter(({ path }) => JSON.stringify(path) !== key);
  const url = upgradeUrl(id, 'layers', layer, 'resolutions');
  const after = await api.put(url, { resolutions: [...others, resolution] }, layerPreviewSchema);
  if (options.json === true) context.out(JSON.stringify(after));
  else context.out(`${layer}: ${after.conflicts.length} conflicts left`);
}

async function preview(api: ApiClient, id: string, layer: string): Promise<LayerPreview> {
  return await api.get(upgradeUrl(id, 'layers', layer), layerPreviewSchema);
}

function showPreview(layer: LayerPreview, { text, json }: { text?: string; json?: true }, context: CliContext): void {
  if (json === true) {
    context.out(JSON.stringify(layer));
    return;
  }
  if (text !== undefined) {
    const which = texts.find((name) => name === text);
    if (which === undefined)
      throw usage(`there is no text ${JSON.stringify(text)}; there are ${texts.join(', ')}`, '--text');
    context.out(layer[which].replace(/\n$/, ''));
    return;
  }
  context.out(`${layer.displayName} ${layer.fromVersion ?? 'new'} to ${layer.toVersion ?? 'removed'}: ${layer.state}`);
  for (const { path, kind, reason } of layer.decisions) context.out(`${kind}  ${JSON.stringify(path)}  ${reason}`);
  for (const { path, current, incoming } of layer.conflicts) {
    context.out(`open: ${JSON.stringify(path)}`);
    context.out(`  current:  ${JSON.stringify(current?.value)}`);
    context.out(`  incoming: ${JSON.stringify(incoming?.value)}`);
    context.out(`  settle:   sealift upgrade resolve ${layer.id} --path '${JSON.stringify(path)}' --take current`);
  }
}

function readResolution({ path: text, take, value }: ResolveOptions): Resolution {
  const path = readPath(text);
  if ((take === undefined) === (value === undefined)) throw usage('give either --take or --value', '--take');
  if (value !== undefined) return { path, value };
  if (take === 'current' || take === 'incoming' || take === 'base') return { path, take };
  throw usage(`${JSON.stringify(take)} is not a side; there are current, incoming and base`, '--take');
}

/** A path as a JSON array, as it is shown, or as a JSON Pointer of keys (RFC 6901). */
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
    const reason = 'expected a JSON array of keys, or a JSON Pointer such as /charts/calico/mtu';
    throw new SealiftError('INPUT_INVALID', { values: { what: 'the path', reason }, place: '--path' });
  }
}

function usage(reason: string, place: string): SealiftError {
  return new SealiftError('USAGE', { values: { reason }, place });
}
