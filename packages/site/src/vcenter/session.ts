import { VcenterClient } from '@sealift/vsphere/client';
import { parseThumbprint } from '@sealift/vsphere/thumbprint';
import { OnDemand } from '../on-demand.ts';
import type { SiteSettings } from '../settings.ts';

/** Whoever calls through it tries again himself, and says meanwhile what he waits for: within seconds. */
const retryDelaysMs = [500, 1000, 2000];

/** One login to vCenter, made when it is first needed and kept; a login that failed is tried again by the next call. */
export class VcenterSession {
  readonly #client: OnDemand<VcenterClient>;

  constructor({ url, username, password, caFile, thumbprint }: SiteSettings) {
    const pinned = thumbprint === undefined ? undefined : parseThumbprint(thumbprint);
    this.#client = new OnDemand(() =>
      VcenterClient.connect({ url, username, password, caFile, thumbprint: pinned, retryDelaysMs }),
    );
  }

  /** @throws what connecting throws */
  client(): Promise<VcenterClient> {
    return this.#client.get();
  }

  async close(): Promise<void> {
    await (await this.#client.take())?.close();
  }
}
