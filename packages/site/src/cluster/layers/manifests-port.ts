import { yamlText } from '@sealift/core/document';
import { mask, maskData } from '@sealift/core/secret';
import { RenderCache } from '@sealift/kubernetes/helm-render-cache';
import type { KubeObject } from '@sealift/kubernetes/object';
import type { LayerManifests, ManifestsPort } from '@sealift/upgrade/ports/manifests';
import { type LayersAccess, openTools } from './layers-access.ts';
import { renderLayer } from './render-layer.ts';

/** Of what a person may read through; a chart with many definitions of resources has some megabytes. */
const mostCharacters = 4 * 1024 * 1024;

/** What layers come to with their values. What helm rendered is kept, as one goes from layer to layer and back. */
export function manifestsPort(layers: LayersAccess): ManifestsPort {
  const renders = new RenderCache();
  return {
    async render(layer, cancel) {
      const tools = await openTools({ ...layers, renders }, cancel, layer.release);
      return manifestsOf(await renderLayer(layer, tools));
    },
  };
}

/** Objects as a text, in an order that does not follow from how a chart is put together; secrets in them read `***`. */
export function manifestsOf(objects: readonly KubeObject[]): LayerManifests {
  const sorted = objects
    .map((object) => ({ object, place: placeOf(object) }))
    .toSorted((one, other) => (one.place < other.place ? -1 : one.place > other.place ? 1 : 0));
  const documents: string[] = [];
  let length = 0;
  for (const { object } of sorted) {
    const text = yamlText(withoutSecrets(object));
    if (length + text.length > mostCharacters) break;
    length += text.length;
    documents.push(text);
  }
  return { text: documents.join('---\n'), objects: sorted.length, omitted: sorted.length - documents.length };
}

function placeOf({ kind, metadata: { namespace = '', name } }: KubeObject): string {
  return [kind, namespace, name].join('\n');
}

/** All that a Secret holds is one; of others what their keys say. */
function withoutSecrets(object: KubeObject): unknown {
  const masked = maskData(object);
  if (object.kind !== 'Secret' || typeof masked !== 'object' || masked === null) return masked;
  return Object.fromEntries(
    Object.entries(masked).map(([key, value]: [string, unknown]) => [
      key,
      key === 'data' || key === 'stringData' ? allMasked(value) : value,
    ]),
  );
}

function allMasked(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return mask;
  return Object.fromEntries(Object.keys(value).map((key) => [key, mask]));
}
