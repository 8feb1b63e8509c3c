import type { SurveyRequest } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { layerId } from '@sealift/core/planner';
import type { Release } from '@sealift/core/release';
import type { ContentReader } from '@sealift/oci/registry-client';
import { packBase } from '../../catalogue/content-paths.ts';
import { fetchPack } from '../../catalogue/pack-content.ts';

/** Values of layers by their id. */
export type LayerTexts = ReadonlyMap<string, string>;

/** The default values of every pack that a signed release pins. @throws CANCELLED, and as `fetchPack` */
export async function defaultValues(
  client: ContentReader,
  { spec }: Release,
  cancel?: AbortSignal,
): Promise<LayerTexts> {
  const texts = new Map<string, string>();
  for (const layer of spec.layers) {
    if (cancel?.aborted === true) throw new SealiftError('CANCELLED');
    const pinned = { name: layer.pack, version: layer.version, digest: layer.digest };
    texts.set(layerId(layer), (await fetchPack(client, packBase, pinned)).content.valuesYaml);
  }
  return texts;
}

/**
 * What a person says that layers run.
 *
 * @param base the defaults of all layers
 * @throws LAYER_UNKNOWN, INPUT_INVALID where one is given twice
 */
export function givenValues(
  { spec, metadata: { version } }: Release,
  request: Pick<SurveyRequest, 'values' | 'defaults'>,
  base: LayerTexts,
): LayerTexts {
  const known = new Set(spec.layers.map((layer) => layerId(layer)));
  const given = new Map<string, string>();
  const all = [
    ...request.values.map((one, index) => ({ ...one, place: `body.values.${index}` })),
    ...request.defaults.map((one, index) => ({
      ...one,
      place: `body.defaults.${index}`,
      values: base.get(layerId(one)),
    })),
  ];
  for (const { layer, pack, place, values = '' } of all) {
    const id = layerId({ layer, pack });
    if (!known.has(id)) throw new SealiftError('LAYER_UNKNOWN', { place, values: { layer, pack, version } });
    if (given.has(id)) {
      throw new SealiftError('INPUT_INVALID', { place, values: { what: 'values', reason: `${id} is given twice` } });
    }
    given.set(id, values);
  }
  return given;
}
