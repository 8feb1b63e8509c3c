import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parsePublicKey } from '@sealift/bundle/minisign';
import { openBundle } from '@sealift/bundle/read';
import { markersInContent } from '@sealift/bundle/marker-source';
import { readReleaseMarker } from '@sealift/bundle/release-marker';
import { SealiftError } from '@sealift/core/errors';
import { type Release, templateName } from '@sealift/core/release';
import { refNameAnnotation } from '@sealift/oci/layout';
import { catalogRepository, releaseTag } from '@sealift/oci/reference';
import { hashOfValues } from '@sealift/upgrade/frozen';
import type { DemoContext } from './demo-context.ts';
import { siteValues } from './platform.ts';
import { bundleOf, type Vendor } from './vendor.ts';

const product = 'Harborview';

/**
 * What the simulated cluster runs at first: the layers of a release as its bundle pins them, with the site's values where it
 * has some, as if they had been applied before the demo begins.
 */
export async function initialCluster(demo: DemoContext, vendor: Vendor, version: string) {
  const { spec } = await readRelease(vendor, version);
  const site = await siteValues(demo.checkout);
  const layers = await Promise.all(
    spec.layers.map(async ({ layer, pack, version: packVersion, digest }) => {
      const own = site.find((one) => one.layer === layer && one.pack === pack);
      const defaults = join(demo.checkout.harborview, 'packs', `${pack}-${packVersion}`, 'values.yaml');
      const values = own?.values ?? (await readFile(defaults, 'utf8'));
      return { layer, pack, version: packVersion, digest, valuesHash: hashOfValues(values) };
    }),
  );
  const template = spec.nodeImage === undefined ? 'unknown' : templateName(spec.nodeImage.ova);
  return {
    kubernetes: spec.kubernetes.version,
    template,
    templateSha256: spec.nodeImage?.sha256 ?? null,
    layers,
  };
}

async function readRelease(vendor: Vendor, version: string): Promise<Release> {
  const trustedKeys = [parsePublicKey(vendor.publicKey, vendor.publicKeyFile)];
  await using bundle = await openBundle(bundleOf(vendor, version), { trustedKeys });
  const name = `${catalogRepository('')}:${releaseTag(product, version)}`;
  const marker = bundle.index.manifests.find(({ annotations }) => annotations?.[refNameAnnotation] === name);
  if (marker === undefined) {
    const reason = `it holds no ${name}`;
    throw new SealiftError('DEMO_STEP_FAILED', { values: { name: bundle.path, reason } });
  }
  return (await readReleaseMarker(markersInContent(bundle), marker.digest, trustedKeys)).release;
}
