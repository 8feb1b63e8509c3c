import { VcenterClient } from '@sealift/vsphere/client';
import { parseThumbprint } from '@sealift/vsphere/thumbprint';
import type { SiteSettings } from '../settings.ts';

/** One login to vCenter, made when it is first needed and kept; a login that failed is tried again by the next call. */
export class VcenterSession {
  readonly #settings: SiteSettings;
  #client: Promise<VcenterClient> | undefined;

  constructor(settings: SiteSettings) {
    this.#settings = settings;
  }

  /** @throws what connecting throws */
  async client(): Promise<VcenterClient> {
    const opening = (this.#client ??= this.#connect());
    try {
      return await opening;
    } catch (error) {
      if (this.#client === opening) this.#client = undefined;
      throw error;
    }
  }

  async close(): Promise<void> {
    const client = await this.#client?.catch(() => undefined);
    this.#client = undefined;
    await client?.close();
  }

  #connect(): Promise<VcenterClient> {
    const { url, username, password, caFile, thumbprint } = this.#settings;
    return VcenterClient.connect({
      url,
      username,
      password,
      caFile,
      thumbprint: thumbprint === undefined ? undefined : parseThumbprint(thumbprint),
    });
  }
}
