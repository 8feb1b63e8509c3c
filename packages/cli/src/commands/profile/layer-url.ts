import { type ProfileView, profileViewSchema } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { layerId } from '@sealift/core/planner';
import type { ApiClient } from '../../client/api-client.ts';

/** Where the API has a layer, which people name by its layer, its pack, or both. @throws USAGE where it is none or several, PLATFORM_* */
export async function layerUrl(api: ApiClient, named: string): Promise<string> {
  const profile = await api.get('/api/v1/profile', profileViewSchema);
  return `/api/v1/profile/layers/${encodeURIComponent(layerId(layerNamed(profile, named)))}`;
}

/** @throws USAGE where no layer is named so, or several are */
export function layerNamed({ layers: all }: ProfileView, named: string): ProfileView['layers'][number] {
  const layers = all.filter((one) => one.layer === named || one.pack === named || layerId(one) === named);
  const [found] = layers;
  if (found !== undefined && layers.length === 1) return found;
  const names = (layers.length > 1 ? layers : all).map(({ pack }) => pack).join(', ');
  const reason = `${found === undefined ? 'no layer is' : 'several layers are'} named ${JSON.stringify(named)}; there are ${names}`;
  throw new SealiftError('USAGE', { values: { reason }, place: named });
}
