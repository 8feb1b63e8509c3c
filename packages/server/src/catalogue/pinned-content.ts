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

/** The same with the tag that a bundle run puts it under. */
export interface TaggedContent extends PinnedContent {
  readonly tag: string;
}

/** A release, or of one what pins content. */
export interface Pins {
  readonly spec: Pick<Release['spec'], 'packs' | 'images' | 'nodeImage' | 'intermediateNodeImages' | 'tools'>;
}

/** Everything a release pins. */
export function pinnedContent(base: string, release: Pins): TaggedContent[] {
  const { packs, images, tools = [] } = release.spec;
  return [
    ...packs.map(({ name, version, digest }) => ({
      what: `pack ${name} ${version}`,
      ...packReference(base, name, version),
      digest,
    })),
    ...images.map(({ name, digest }) => ({
      what: `image ${name}`,
      ...imageReference(imageBase, name),
      digest,
    })),
    ...nodeImagesOf(release.spec).map(({ ova, digest }) => ({
      what: `node image ${ova}`,
      ...nodeImageReference(base, ova),
      digest,
    })),
    ...tools.map((tool) => ({
      what: `program ${tool.name} for ${tool.platform}`,
      ...toolReference(base, tool),
      digest: tool.digest,
    })),
  ];
}
