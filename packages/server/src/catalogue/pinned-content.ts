import { nodeImagesOf, type Release } from '@sealift/core/release';
import { imageReference, nodeImageReference, packReference, toolReference } from '@sealift/oci/reference';
import { imageBase } from './content-paths.ts';

/** Something a release pins by digest, and the repository where a bundle run puts it. */
export interface PinnedContent {
  /** For people. */
  readonly what: string;
  readonly repository: string;
  readonly digest: string;
}

/** A release, or of one what pins content. */
export interface Pins {
  readonly spec: Pick<Release['spec'], 'packs' | 'images' | 'nodeImage' | 'intermediateNodeImages' | 'tools'>;
}

/** Everything a release pins. */
export function pinnedContent(base: string, release: Pins): PinnedContent[] {
  const { packs, images, tools = [] } = release.spec;
  return [
    ...packs.map(({ name, version, digest }) => ({
      what: `pack ${name} ${version}`,
      repository: packReference(base, name, version).repository,
      digest,
    })),
    ...images.map(({ name, digest }) => ({
      what: `image ${name}`,
      repository: imageReference(imageBase, name).repository,
      digest,
    })),
    ...nodeImagesOf(release.spec).map(({ ova, digest }) => ({
      what: `node image ${ova}`,
      repository: nodeImageReference(base, ova).repository,
      digest,
    })),
    ...tools.map((tool) => ({
      what: `program ${tool.name} for ${tool.platform}`,
      repository: toolReference(base, tool).repository,
      digest: tool.digest,
    })),
  ];
}
