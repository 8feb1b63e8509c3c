import { createSite } from './create-site.ts';
import { resumeSite } from './resume-site.ts';
import type { Site } from './site.ts';
import type { SiteOptions } from './site-options.ts';

export type { Site, SiteOptions };

/**
 * Starts a whole site and waits until it is up: about two minutes on an idle machine with two cores and 3 GB of free memory, or some
 * seconds from a saved one. Needs the peers of `sitePeers()`. All of it ends with this process, however this one ends.
 *
 * @throws Error with what the controllers say, when it does not come up; nothing runs then
 */
export async function startSite(options: SiteOptions = {}): Promise<Site> {
  if (options.from !== undefined) return resumeSite(options.from);
  const created = await createSite(options);
  if (options.saveTo === undefined) return created.site;
  await created.save(options.saveTo);
  return resumeSite(options.saveTo);
}
