import { type LayerPreview, layerPreviewSchema } from '@sealift/core/api';
import type { ApiClient } from '../../client/api-client.ts';
import { upgradeUrl } from '../../client/current-upgrade.ts';

/** One layer of an upgrade, merged. */
export async function preview(api: ApiClient, id: string, layer: string): Promise<LayerPreview> {
  return await api.get(upgradeUrl(id, 'layers', layer), layerPreviewSchema);
}
