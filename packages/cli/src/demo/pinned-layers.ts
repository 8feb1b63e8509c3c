import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parsePublicKey } from '@sealift/bundle/minisign';
import { openBundle } from '@sealift/bundle/read';
import { markersInContent } from '@sealift/bundle/marker-source';
import { readReleaseMarker, type VerifiedRelease } from '@sealift/bundle/release-marker';
import { SealiftError } from '@sealift/core/errors';
import { refNameAnnotation } from '@sealift/oci/layout';
import { catalogRepository, releaseTag } from '@sealift/oci/reference';
import { hashOfValues } from '@sealift/upgrade/frozen';
import type { DesiredLayer } from '@sealift/upgrade/ports/cluster';
import type { DemoContext } from './demo-context.ts';
import { siteValues } from './platform.ts';
import { bundleOf, type Vendor } from './vendor.ts';

const product = 'Harborview';

export type DemoBundle = Awaited<ReturnType<typeof openBundle>>;

/** Opens a bundle of the vendor, verified; close it. */
export async function openVendorBundle(vendor: Vendor, version: string): Promise<DemoBundle> {
  return await openBundle(bundleOf(vendor, version), {
    trustedKeys: [parsePublicKey(vendor.publicKey, vendor.publicKeyFile)],
  });
}

/** A release as its bundle pins it. @throws DEMO_STEP_FAILED */
export async function releaseIn(bundle: DemoBundle, vendor: Vendor, version: string): Promise<VerifiedRelease> {
  const trustedKeys = [parsePublicKey(vendor.publicKey, vendor.publicKeyFile)];
  const name = `${catalogRepository('')}:${releaseTag(product, version)}`;
  const marker = bundle.index.manifests.find(({ annotations }) => annotations?.[refNameAnnotation] === name);
  if (marker === undefined) {
    const reason = `it holds no ${name}`;
    throw new SealiftError('DEMO_STEP_FAILED', { values: { name: bundle.path, reason } });
  }
  return await readReleaseMarker(markersInContent(bundle), marker.digest, trustedKeys);
}

/** The layers of a release as a site runs them: its own values where it has some, else the packs' defaults. */
export async function layersOfSite(
  demo: DemoContext,
  { release: { spec }, digest: release }: VerifiedRelease,
): Promise<readonly DesiredLayer[]> {
  const site = await siteValues(demo.checkout, demo.changeValues);
  const texts = await Promise.all(
    spec.layers.map(async ({ layer, pack, version }) => {
      const own = site.find((one) => one.layer === layer && one.pack === pack);
      const defaults = join(demo.checkout.harborview, 'packs', `${pack}-${version}`, 'values.yaml');
      return [pack, own?.values ?? (await readFile(defaults, 'utf8'))] as const;
    }),
  );
  const profile = new Map(texts);
  return spec.layers.map(({ layer, pack, version, digest }) => {
    const values = profile.get(pack) ?? '';
    return { layer, pack, version, digest, values, valuesHash: hashOfValues(values), profile, release };
  });
}
