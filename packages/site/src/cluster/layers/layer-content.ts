import type { DesiredLayer } from '@sealift/upgrade/ports/cluster';
import { missingImages, pulledFrom, refuseMissing } from '../images/pulled-images.ts';
import { ReleaseImages } from '../images/release-images.ts';
import type { Repoint } from './chart-release.ts';
import type { LayerTools } from './layer-tools.ts';
import { macroSources } from './macro-sources.ts';
import { type LayerContent, packContent } from './pack-content.ts';

/**
 * What a layer's pack makes of its values, with the images of its manifests where nodes are to pull them from.
 *
 * @throws PACK_…, CHART_INVALID, LAYER_INVALID, LAYER_IMAGE_MISSING, CONTENT_…, HELM_…, KUBERNETES_…
 */
export async function contentOf(
  layer: DesiredLayer,
  repoint: Repoint | undefined,
  tools: LayerTools,
): Promise<LayerContent> {
  const { content, helm, cancel } = tools;
  const { pack, version, digest } = layer;
  const opened = await content.openPack({ pack, version, digest }, cancel);
  const lookup = await macroSources(layer, tools);
  const found = await packContent(layer, opened, { lookup, helm, cancel });
  // What ran before may be much less than what took its place.
  const mayShrink = found.mayShrink || layer.backFrom !== undefined;
  const manifests = repoint === undefined ? found.manifests : repoint(found.manifests);
  return { ...found, mayShrink, manifests };
}

/** Makes objects pull what the layer's release has from the site's registry; undefined where the site names none. @throws LAYER_IMAGE_MISSING */
export async function repointOf(
  { layer, pack, release }: DesiredLayer,
  { imageRegistry, content, cancel }: LayerTools,
): Promise<Repoint | undefined> {
  if (imageRegistry === undefined) return undefined;
  const images = new ReleaseImages(await content.openRelease(release, cancel));
  return (objects) => {
    refuseMissing(`${layer}/${pack}`, missingImages(imageRegistry, images, objects));
    return pulledFrom(imageRegistry, images, objects);
  };
}
