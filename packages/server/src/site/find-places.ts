import type { PlaceChoicesView, SiteRequest } from '@sealift/core/api';
import { type KeptSettings, passwordOf, vcenterOf } from './asked-settings.ts';

/**
 * What a vCenter has to choose places from.
 *
 * @throws INPUT_INVALID, SITE_LOOK_TIMEOUT, VSPHERE_…
 */
export async function findPlaces(asked: SiteRequest['vcenter'], kept: KeptSettings): Promise<PlaceChoicesView> {
  const { url, username, ca, thumbprint } = vcenterOf(asked);
  const password = await passwordOf(asked, kept);
  const { choosePlaces } = await import('@sealift/site/choose-places');
  return await choosePlaces({ url, username, password, ca: ca ?? undefined, thumbprint: thumbprint ?? undefined });
}
