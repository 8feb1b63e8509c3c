import { SealiftError } from '@sealift/core/errors';
import { manifestSchema } from '@sealift/oci/descriptor';
import { parseDigest } from '@sealift/oci/digest';
import { nodeImageReference } from '@sealift/oci/reference';
import type { ContentPort } from '@sealift/upgrade/ports/content';
import { fetchPack } from '../catalogue/pack-content.ts';
import { packBase, type RegistryAccess } from '../catalogue/registry-access.ts';

/** Node images and packs out of the registry, by the digest of their artifact; the bytes are checked while they stream. */
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
    async openPack({ pack: name, version, digest }, cancel) {
      cancel.throwIfAborted();
      const { content } = await fetchPack(link.client, packBase, { name, version, digest }, { charts: true });
      const { valuesYaml, manifests, charts } = content;
      return { valuesYaml, manifests, charts };
    },
  };
}
