import type { KubeObject } from '@sealift/kubernetes/object';
import type { DesiredLayer } from '@sealift/upgrade/ports/cluster';
import type { LayerTools } from '../../cluster/layers/layer-tools.ts';
import { renderNamespace } from '../../cluster/layers/render-layer.ts';

/** A layer with the objects that it comes to. */
export interface RenderedLayer {
  readonly layer: DesiredLayer;
  readonly objects: readonly KubeObject[];
}

/**
 * Objects of a layer in their namespaces: what names none is in that of its pack.
 *
 * @param isMeant objects of kinds that have namespaces
 */
export async function inNamespaces(
  { layer, objects }: RenderedLayer,
  isMeant: (object: KubeObject) => boolean,
  tools: LayerTools,
): Promise<readonly KubeObject[]> {
  const meant = objects.filter(isMeant);
  const isPlaced = ({ metadata: { namespace = '' } }: KubeObject): boolean => namespace !== '';
  if (meant.every(isPlaced)) return meant;
  const namespace = await renderNamespace(layer, tools);
  return meant.map((object) =>
    isPlaced(object) ? object : { ...object, metadata: { ...object.metadata, namespace } },
  );
}
