import type { SiteSettings } from '@sealift/site/settings';
import type { SiteDocument, SiteSecrets } from './stored-site.ts';

/** What of a site is given when the console is started, also where the rest is given in the console. */
export type StartedWith = Pick<SiteSettings, 'variables' | 'imageRegistry'>;

/** Stored settings as the adapters of a site take them; what the console was started with holds. */
export function siteSettingsOf(
  document: SiteDocument,
  secrets: SiteSecrets,
  startedWith: StartedWith = {},
): SiteSettings {
  const { vcenter, places, clusterName, imageRegistry } = document;
  const { enterprise, management, password, variables } = secrets;
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
    imageRegistry: startedWith.imageRegistry ?? imageRegistryOf(imageRegistry),
    variables: startedWith.variables ?? (variables === null ? undefined : { text: variables }),
  };
}

/** A stored registry as the adapters take it. */
export function imageRegistryOf(stored: SiteDocument['imageRegistry']): SiteSettings['imageRegistry'] {
  return stored === undefined ? undefined : { ...stored, pullSecret: stored.pullSecret ?? undefined };
}
