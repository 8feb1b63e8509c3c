import { isSealiftError, reasonOf } from '@sealift/core/errors';
import type { VerifiedRelease } from '@sealift/core/evidence';
import type { Hop } from '@sealift/core/upgrade';
import { installedRelease } from '../../catalogue/stored-release.ts';
import { everTrustedKeys } from '../../catalogue/trusted-keys.ts';
import type { Db } from '../../store/store.ts';

/** The releases that hops go to, each with the key that it is signed by: verified now, from the bytes as signed. */
export async function verifiedReleases(db: Db, product: string, hops: readonly Hop[]): Promise<VerifiedRelease[]> {
  const keys = await everTrustedKeys(db);
  const releases: VerifiedRelease[] = [];
  for (const { to: version, release: digest } of hops) {
    try {
      const found = await installedRelease(db, version, product);
      const key = keys.find(({ keyId }) => keyId === found.keyId);
      const signedBy = { keyId: found.keyId, fingerprint: key?.fingerprint ?? 'unknown' };
      const problem =
        found.digest === digest ? null : `the catalogue holds another release ${version}: ${found.digest}`;
      releases.push({ version, digest, signedBy: problem === null ? signedBy : null, problem });
    } catch (error) {
      if (!isSealiftError(error)) throw error;
      releases.push({ version, digest, signedBy: null, problem: reasonOf(error) });
    }
  }
  return releases;
}
