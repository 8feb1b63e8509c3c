import type { UpdateList } from '@sealift/core/api';
import { listUpdates, recommendUpdate } from '@sealift/core/planner';
import { storedReleases } from '../catalogue/stored-release.ts';
import type { Db } from '../store/store.ts';
import { installedProfile } from './installed.ts';

/** Newer releases in the catalogue, legal or refused with the reason. Nothing is known about updates until a release is adopted. */
export async function updateList(db: Db): Promise<UpdateList> {
  const profile = await installedProfile(db);
  const stored = (await storedReleases(db)).map(({ release, digest }) => ({ release, digest }));
  const installed = stored.find(({ digest }) => digest === profile?.releaseDigest);
  if (profile === null) return { product: null, installed: null, recommended: null, available: [] };
  const { product, version } = profile;
  if (installed === undefined) return { product, installed: version, recommended: null, available: [] };
  const available = listUpdates({ installed: installed.release, catalogue: stored });
  return { product, installed: version, recommended: recommendUpdate(available) ?? null, available };
}
