import type { UpdateList } from '@sealift/core/api';
import { listUpdates, recommendUpdate } from '@sealift/core/planner';
import { releasesWithInstalled } from '../catalogue/stored-release.ts';
import type { Db } from '../store/store.ts';
import { type InstalledProfile, installedProfile } from './installed.ts';

/** Newer releases in the catalogue, legal or refused with the reason. Nothing is known about updates until a release is adopted. */
export async function updateList(db: Db): Promise<UpdateList> {
  return await updatesOf(db, await installedProfile(db));
}

/** As `updateList`, of a profile that was read already. */
export async function updatesOf(db: Db, profile: InstalledProfile | null): Promise<UpdateList> {
  if (profile === null) return { product: null, installed: null, recommended: null, available: [] };
  const { product, version, releaseDigest } = profile;
  // Without the installed one nothing can be said about ways from it; the Summary tells what is wrong with it.
  const { stored, installed: found } = await releasesWithInstalled(db, profile);
  const installed = found?.digest === releaseDigest ? found : undefined;
  if (installed === undefined) return { product, installed: version, recommended: null, available: [] };
  const available = listUpdates({
    installed: installed.release,
    catalogue: stored.map(({ release, digest }) => ({ release, digest })),
  });
  return { product, installed: version, recommended: recommendUpdate(available) ?? null, available };
}
