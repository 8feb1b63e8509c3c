import { manifestSchema } from '@sealift/oci/descriptor';
import { parseDigest } from '@sealift/oci/digest';
import { packLayer, readPackArchive } from '@sealift/oci/pack-artifact';
import { readBounded } from '@sealift/oci/verify-stream';
import type { ContentPort } from '@sealift/upgrade/ports/content';
import type { DemoBundle } from './pinned-layers.ts';

const manifestLimitBytes = 4 * 1024 * 1024;

/** The packs of a verified bundle, by their digest. */
export function bundledPacks(bundle: DemoBundle): Pick<ContentPort, 'openPack'> {
  return {
    async openPack({ pack: name, version, digest }) {
      const place = `${bundle.path}, ${name}:${version}`;
      const manifest = await readBounded(await bundle.open(parseDigest(digest)), manifestLimitBytes, digest);
      const layer = packLayer(manifestSchema.parse(JSON.parse(manifest.toString('utf8'))), place);
      const archive = await bundle.open(layer.digest);
      return await readPackArchive(archive, { place, expected: { name, version }, charts: true });
    },
  };
}
