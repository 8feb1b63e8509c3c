import { SealiftError } from '@sealift/core/errors';
import { manifestSchema } from '@sealift/oci/descriptor';
import { parseDigest } from '@sealift/oci/digest';
import type { RegistryClient } from '@sealift/oci/registry-client';
import type { ContentPort } from '@sealift/upgrade/ports';

/** Node images out of the registry, by the digest of their artifact; the bytes are checked while they stream. */
export function contentRegistry(client: RegistryClient, repository: string): ContentPort {
  return {
    async openOva(digestOfArtifact) {
      const digest = parseDigest(digestOfArtifact);
      const { bytes } = await client.getManifest(repository, digest);
      const parsed = manifestSchema.safeParse(JSON.parse(bytes.toString('utf8')));
      const [layer, ...others] = parsed.data?.layers ?? [];
      if (layer === undefined || others.length > 0) {
        throw new SealiftError('MANIFEST_INVALID', {
          values: { digest, reason: 'a node image has one layer, the OVA' },
        });
      }
      return { sizeBytes: layer.size, open: () => client.openBlob(repository, layer.digest) };
    },
  };
}
