import { readReleaseFile } from '@sealift/bundle/create';
import { openBundle } from '@sealift/bundle/read';
import { readBundleRelease } from '@sealift/bundle/upload';
import type { PlannableRelease } from '@sealift/core/planner';
import type { Release } from '@sealift/core/release';
import { machineKeys } from '../../client/trust.ts';
import type { CliContext } from '../../context.ts';

/** Whether a file is a release as a vendor writes it; else it is a bundle. */
export function isReleaseFile(file: string): boolean {
  return /\.ya?ml$/i.test(file);
}

/** The release that a bundle carries, by a signature of a trusted key of this machine. @throws SIGNATURE_*, BUNDLE_*, FILE_* */
export async function releaseOfBundle(file: string, context: CliContext): Promise<Release> {
  await using bundle = await openBundle(file, { trustedKeys: await machineKeys(context) });
  return (await readBundleRelease(bundle)).release;
}

/** Releases out of files, each a `release.yaml` or a bundle. @throws RELEASE_INVALID, SIGNATURE_*, BUNDLE_*, FILE_* */
export async function readReleases(files: readonly string[], context: CliContext): Promise<PlannableRelease[]> {
  const releases: PlannableRelease[] = [];
  for (const file of files) {
    releases.push(isReleaseFile(file) ? await readReleaseFile(file) : await releaseOfBundle(file, context));
  }
  return releases;
}
