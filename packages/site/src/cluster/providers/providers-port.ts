import type { Objects } from '@sealift/kubernetes/objects';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import type { ContentPort } from '@sealift/upgrade/ports/content';
import type { ProvidersPort } from '@sealift/upgrade/ports/providers';
import type { Holder } from '../layers/holder.ts';
import { applyProviders } from './apply-providers.ts';
import { ProviderRecords } from './provider-record.ts';
import { providersStatus } from './provider-status.ts';
import type { ProvidersTools } from './providers-tools.ts';

/** What the providers of a cluster are reached through. */
export interface ProvidersAccess {
  /** The API of the cluster that Cluster API runs on, connected when it is first needed. */
  readonly objects: () => Promise<Objects>;
  /** Where packs come from. */
  readonly content: Pick<ContentPort, 'openPack'>;
  /** Who acts now. */
  readonly holder: () => Holder;
}

/** For one call. */
export async function toolsOf(access: ProvidersAccess, cancel: Cancel): Promise<ProvidersTools> {
  cancel.throwIfAborted();
  const objects = await access.objects();
  return { objects, records: new ProviderRecords(objects, access.holder()), content: access.content, cancel };
}

/** The Cluster API providers of a real cluster: components by server-side apply, and a record of them in the cluster. */
export function providersPort(access: ProvidersAccess): ProvidersPort {
  return {
    status: async (cancel) => await providersStatus(await toolsOf(access, cancel)),
    apply: async (desired, cancel) => await applyProviders(desired, await toolsOf(access, cancel)),
  };
}
