import type { LayerPreview } from '@sealift/core/api';
import type { CliContext } from '../../context.ts';
import { connect } from '../../client/connect.ts';
import { findUpgrade } from '../../client/current-upgrade.ts';
import { preview } from './layer-preview.ts';
import { usage } from './usage.ts';

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
  for (const { path } of layer.carried) context.out(`answered in an earlier hop: ${JSON.stringify(path)}`);
  for (const line of openConflictLines(layer)) context.out(line);
}

/** What is open in a layer, with both sides and the command that settles it. */
export function openConflictLines({ id, conflicts }: LayerPreview): string[] {
  return conflicts.flatMap(({ path, current, incoming }) => [
    `open: ${JSON.stringify(path)}`,
    `  current:  ${JSON.stringify(current?.value)}`,
    `  incoming: ${JSON.stringify(incoming?.value)}`,
    `  settle:   sealift upgrade resolve ${id} --path '${JSON.stringify(path)}' --take current`,
  ]);
}
