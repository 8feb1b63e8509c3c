import { markersInRegistry } from '@sealift/bundle/marker-source';
import { readPinnedRelease } from '@sealift/bundle/release-marker';
import { SealiftError } from '@sealift/core/errors';
import { type Descriptor, manifestSchema } from '@sealift/oci/descriptor';
import { type Digest, parseDigest } from '@sealift/oci/digest';
import {
  catalogRepository,
  imageReference,
  nodeImageReference,
  parseReference,
  toolReference,
} from '@sealift/oci/reference';
import type { ContentReader } from '@sealift/oci/registry-client';
import type { ContentPort } from '@sealift/upgrade/ports/content';
import { fetchPack } from '../catalogue/pack-content.ts';
import { imageBase, packBase } from '../catalogue/content-paths.ts';
import type { RegistryAccess } from '../catalogue/registry-access.ts';

/** Node images and packs out of the registry, by the digest of their artifact; the bytes are checked while they stream. */
export function contentRegistry(link: Pick<RegistryAccess, 'client'>): ContentPort {
  const { repository } = nodeImageReference(packBase, 'any.ova');
  return {
    async openOva(digestOfArtifact) {
      const digest = parseDigest(digestOfArtifact);
      const { client } = link;
      const layer = await onlyLayer(client, repository, digest, 'a node image has one layer, the OVA');
      const { size } = layer;
      return {
        sizeBytes: size,
        open: (start = 0) => client.openBlob(repository, layer.digest, start === 0 ? undefined : { start, end: size }),
      };
    },
    async openPack({ pack: name, version, digest }, cancel) {
      cancel.throwIfAborted();
      const { content } = await fetchPack(link.client, packBase, { name, version, digest }, { charts: true });
      const { valuesYaml, manifests, charts, pack } = content;
      return {
        valuesYaml,
        manifests: applied(manifests, pack.kubeManifests, `${name} ${version}`),
        charts: applied(charts, pack.charts, `${name} ${version}`),
      };
    },
    async openRelease(digestOfMarker, cancel) {
      cancel.throwIfAborted();
      const catalogue = markersInRegistry(link.client, catalogRepository(packBase));
      const { spec } = await readPinnedRelease(catalogue, parseDigest(digestOfMarker));
      const { images, elsewhere = [], tools = [] } = spec;
      return { images: images.map(({ name, digest }) => ({ name, digest })), elsewhere, tools };
    },
    async digestOfImage(image, cancel) {
      cancel.throwIfAborted();
      const { digest } = parseReference(image);
      const { repository, tag } = imageReference(imageBase, image);
      return (await link.client.headManifest(repository, digest ?? tag))?.digest;
    },
    async openTool(tool, cancel) {
      cancel.throwIfAborted();
      const { repository: place } = toolReference(packBase, tool);
      const layer = await onlyLayer(link.client, place, parseDigest(tool.digest), 'a program has one layer, itself');
      if (layer.digest !== `sha256:${tool.sha256}`) {
        const reason = `it holds ${layer.digest}, and not the program sha256:${tool.sha256}`;
        throw new SealiftError('MANIFEST_INVALID', { values: { digest: tool.digest, reason } });
      }
      return await link.client.openBlob(place, layer.digest);
    },
  };
}

/** @throws MANIFEST_INVALID, REGISTRY_*, CONTENT_* */
async function onlyLayer(
  client: ContentReader,
  repository: string,
  digest: Digest,
  reason: string,
): Promise<Descriptor> {
  const { bytes } = await client.getManifest(repository, digest);
  const parsed = manifestSchema.safeParse(JSON.parse(bytes.toString('utf8')));
  const [layer, ...others] = parsed.data?.layers ?? [];
  if (layer !== undefined && others.length === 0) return layer;
  throw new SealiftError('MANIFEST_INVALID', { values: { digest, reason } });
}

/**
 * What is applied, in its order: what `pack.json` lists, or everything where it lists nothing.
 *
 * @throws PACK_ARCHIVE_INVALID where it lists what the pack does not hold: to leave it out would be to install less than the pack says
 */
function applied<Content>(
  held: ReadonlyMap<string, Content>,
  listed: readonly string[] | null | undefined,
  place: string,
): ReadonlyMap<string, Content> {
  if (listed === null || listed === undefined || listed.length === 0) return held;
  return new Map(
    listed.map((path): [string, Content] => {
      const content = held.get(path);
      if (content !== undefined) return [path, content];
      const reason = `its pack.json lists ${JSON.stringify(path)}, which it does not hold as a chart (.tgz) or manifest`;
      throw new SealiftError('PACK_ARCHIVE_INVALID', { place, values: { reason } });
    }),
  );
}
