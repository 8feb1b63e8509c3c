import type { LayerName } from '../pack/pack.ts';

/** One layer of a profile or a release, pinned. */
export interface PinnedLayer {
  readonly layer: LayerName;
  readonly pack: string;
  readonly version: string;
  readonly digest: string;
}

/** What becomes of one layer; `from` or `to` is missing where it is added or removed. */
export interface LayerTransition {
  /** `<layer>-<pack>`. */
  readonly id: string;
  readonly layer: LayerName;
  readonly pack: string;
  readonly change: 'unchanged' | 'changed' | 'added' | 'removed';
  readonly from: PinnedLayer | undefined;
  readonly to: PinnedLayer | undefined;
}

/** The name of a layer in URLs, step ids and lists: `cni-cni-calico`. */
export function layerId({ layer, pack }: Pick<PinnedLayer, 'layer' | 'pack'>): string {
  return `${layer}-${pack}`;
}

/**
 * Compares the installed layers with a release's: first the release's layers in its order, then those it no longer
 * has, last installed first removed.
 */
export function layerChanges(
  installedLayers: readonly PinnedLayer[],
  targetLayers: readonly PinnedLayer[],
): LayerTransition[] {
  const installed = new Map(installedLayers.map((layer) => [layerId(layer), layer]));
  const kept = new Set(targetLayers.map((layer) => layerId(layer)));
  const present = targetLayers.map((to): LayerTransition => {
    const from = installed.get(layerId(to));
    return { id: layerId(to), layer: to.layer, pack: to.pack, change: changeOf(from, to), from, to };
  });
  const removed = installedLayers
    .filter((layer) => !kept.has(layerId(layer)))
    .toReversed()
    .map((from): LayerTransition => {
      return { id: layerId(from), layer: from.layer, pack: from.pack, change: 'removed', from, to: undefined };
    });
  return [...present, ...removed];
}

function changeOf(from: PinnedLayer | undefined, to: PinnedLayer): LayerTransition['change'] {
  if (from === undefined) return 'added';
  return from.version === to.version && from.digest === to.digest ? 'unchanged' : 'changed';
}
