import { asSealiftError, isSealiftError, reasonOf, SealiftError } from '@sealift/core/errors';
import type { SiteSettings } from '@sealift/site/settings';
import type { ClusterSettings } from '../platform/cluster.ts';
import type { ChangingSettings, ClusterSource } from '../platform/switched-cluster.ts';
import type { Db } from '../store/store.ts';
import type { LookAtSite, SiteKeeping } from './change-settings.ts';
import type { SecretKeyPlace } from './secret-key.ts';
import { siteSettingsOf, type StartedWith } from './site-settings.ts';
import { siteRevision } from '../store/site-revision.ts';
import { openSecrets, readStoredSite } from './stored-site.ts';

/** What routes need of the settings of the site. */
export interface SiteParts extends SiteKeeping {
  /** What the console was started with, where that holds; else the settings are in the store. */
  readonly options: ClusterSettings | undefined;
  readonly source: ClusterSource;
}

/** Options win over the store: who starts the console says where it leads. */
export function siteParts(
  db: Db,
  given: ClusterSettings,
  key: SecretKeyPlace,
  startedWith: StartedWith = {},
): SiteParts {
  const options = given.simulatorUrl === undefined && given.site === undefined ? undefined : given;
  return { db, key, startedWith, look: lookAtSite, options, source: options ?? storedSettings(db, key, startedWith) };
}

function storedSettings(db: Db, key: SecretKeyPlace, startedWith: StartedWith): ChangingSettings {
  return {
    revision: () => asked(siteRevision(db)),
    async read() {
      const stored = await asked(readStoredSite(db));
      const { revision, document } = stored;
      const settings =
        document === null ? undefined : siteSettingsOf(document, await openSecrets(key, stored), startedWith);
      return { revision, settings };
    },
  };
}

/** Why the stored settings cannot be used by this console; undefined where they can, or there are none. */
export async function unusableSettings({ source }: SiteParts): Promise<SealiftError | undefined> {
  if ('simulatorUrl' in source) return undefined;
  try {
    await source.read();
    return undefined;
  } catch (error) {
    return asSealiftError(error);
  }
}

/** The engine waits for a database that is away; any other failure of a step would end its upgrade. */
async function asked<Result>(query: Promise<Result>): Promise<Result> {
  try {
    return await query;
  } catch (error) {
    if (isSealiftError(error)) throw error;
    throw new SealiftError('STORE_UNREACHABLE', { values: { reason: reasonOf(error) }, cause: error });
  }
}

/** Loads the clients of vCenter and Kubernetes, which takes seconds, when it is first needed. */
const lookAtSite: LookAtSite = async (settings: SiteSettings) => {
  const looks = await import('@sealift/site/look-at-site');
  return await looks.lookAtSite(settings);
};
