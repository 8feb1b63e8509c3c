import { SealiftError } from '@sealift/core/errors';
import { manifestSchema } from '@sealift/oci/descriptor';
import { parseDigest } from '@sealift/oci/digest';
import { nodeImageReference } from '@sealift/oci/reference';
import type { ContentPort } from '@sealift/upgrade/ports';
import { packBase, type RegistryAccess } from '../catalogue/registry-access.ts';

/** Node images out of the registry, by the digest of their artifact; the bytes are checked while they stream. */
export function contentRegistry(link: RegistryAccess): ContentPort {
  const { repository } = nodeImageReference(packBase, 'any.ova');
  return {
    async openOva(digestOfArtifact) {
      const digest = parseDigest(digestOfArtifact);
      const { client } = link;
      const { bytes } = await client.getManifest(repository, digest);
      const parsed = manifestSchema.safeParse(JSON.parse(bytes.toString('utf8')));
      const [layer, ...others] = parsed.data?.layers ?? [];
      if (layer === undefined || others.length > 0) {
        throw new SealiftError('MANIFEST_INVALID', {
          values: { digest, reason: 'a node image has one layer, the OVA' },
        });
      }
      const { size } = layer;
      return {
        sizeBytes: size,
        open: (start = 0) => client.openBlob(repository, layer.digest, start === 0 ? undefined : { start, end: size }),
      };
    },
  };
}
