import { type PlaceChoices, placeChoices } from '@sealift/vsphere/place-choices';
import type { VcenterLogin } from '../settings.ts';
import { lookTimeout } from './failed-look.ts';
import { connectTo } from './look-at-site.ts';

/** An inventory of some size is read in this time. */
const timeoutMs = 30_000;

/** What a vCenter has to choose places from; logs out again. @throws VSPHERE_…, SITE_LOOK_TIMEOUT */
export async function choosePlaces(login: VcenterLogin): Promise<PlaceChoices> {
  const cancel = AbortSignal.timeout(timeoutMs);
  try {
    const client = await connectTo(login, cancel);
    try {
      return await placeChoices(client, cancel);
    } finally {
      await client.close();
    }
  } catch (error) {
    throw cancel.aborted ? lookTimeout('what vCenter has to choose from', timeoutMs / 1000) : error;
  }
}
