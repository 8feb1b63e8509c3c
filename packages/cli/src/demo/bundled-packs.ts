import type { VerifiedRelease } from '@sealift/bundle/release-marker';
import { manifestSchema } from '@sealift/oci/descriptor';
import { parseDigest } from '@sealift/oci/digest';
import { packLayer, readPackArchive } from '@sealift/oci/pack-artifact';
import { parseReference } from '@sealift/oci/reference';
import { readBounded } from '@sealift/oci/verify-stream';
import type { ContentPort } from '@sealift/upgrade/ports/content';
import type { DemoBundle } from './pinned-layers.ts';

const manifestLimitBytes = 4 * 1024 * 1024;

/** The packs and the release of a verified bundle, by their digests. */
export function bundledPacks(
  bundle: DemoBundle,
  { release, digest: marker }: VerifiedRelease,
): Pick<ContentPort, 'openPack' | 'openRelease' | 'openTool' | 'digestOfImage'> {
  return {
    async openPack({ pack: name, version, digest }) {
      const place = `${bundle.path}, ${name}:${version}`;
      const manifest = await readBounded(await bundle.open(parseDigest(digest)), manifestLimitBytes, digest);
      const layer = packLayer(manifestSchema.parse(JSON.parse(manifest.toString('utf8'))), place);
      const archive = await bundle.open(layer.digest);
      return await readPackArchive(archive, { place, expected: { name, version }, charts: true });
    },
    openRelease(digest) {
      if (digest !== marker) throw new TypeError(`${bundle.path} is not of the release ${digest}`);
      const { images, elsewhere = [], tools = [] } = release.spec;
      return Promise.resolve({ images, elsewhere, tools });
    },
    digestOfImage: (image) => {
      const { digest } = parseReference(image);
      const pinned = release.spec.images.find((one) => one.name === image || one.digest === digest);
      return Promise.resolve(pinned?.digest);
    },
    openTool: async ({ sha256 }) => await bundle.open(parseDigest(`sha256:${sha256}`)),
  };
}
