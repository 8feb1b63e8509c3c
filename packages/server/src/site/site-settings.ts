import type { SiteSettings } from '@sealift/site/settings';
import type { SiteDocument, SiteSecrets } from './stored-site.ts';

/** Stored settings as the adapters of a site take them. */
export function siteSettingsOf(document: SiteDocument, secrets: SiteSecrets): SiteSettings {
  const { vcenter, places, clusterName } = document;
  const { enterprise, management, password } = secrets;
  const named = (name: string | null): string | undefined => name ?? undefined;
  return {
    url: vcenter.url,
    username: vcenter.username,
    password,
    ca: named(vcenter.ca),
    thumbprint: named(vcenter.thumbprint),
    places: {
      datacenter: named(places.datacenter),
      folder: named(places.folder),
      cluster: named(places.cluster),
      resourcePool: named(places.resourcePool),
      datastore: named(places.datastore),
    },
    networks: places.network === null ? [] : [places.network],
    enterprise: enterprise === null ? undefined : { text: enterprise },
    management: management === null ? undefined : { text: management },
    cluster: clusterName ?? undefined,
  };
}
