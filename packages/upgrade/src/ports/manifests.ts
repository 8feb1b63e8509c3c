import type { Cancel } from './cancel.ts';
import type { DesiredLayer } from './cluster.ts';

/** All objects that a layer comes to with its values, as people read them. */
export interface LayerManifests {
  /** YAML documents, by kind, namespace and name; secrets in them read `***`. */
  readonly text: string;
  readonly objects: number;
  /** How many of the objects the text leaves out, as it would be too long to be read. */
  readonly omitted: number;
}

/** What a site's charts and manifests come to. Nothing is changed. */
export interface ManifestsPort {
  /** @throws PACK_…, CHART_INVALID, LAYER_INVALID, HELM_…, KUBERNETES_…, REGISTRY_… */
  render(layer: DesiredLayer, cancel: Cancel): Promise<LayerManifests>;
}
