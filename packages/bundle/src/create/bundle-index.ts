import { type Descriptor, type Index, mediaTypes } from '@sealift/oci/descriptor';
import { refNameAnnotation } from '@sealift/oci/layout';
import { packReference } from '@sealift/oci/reference';
import { packSchemasAnnotation } from '../artifact/artifact-types.ts';
import type { CollectedPack } from './collected-pack.ts';

/** An entry of a bundle's `index.json`. */
export interface NamedEntry {
  readonly name: string;
  readonly descriptor: Descriptor;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The entry of a pack: its place in a registry, and which of its files describe its values. */
export function packEntry({ name, version, descriptor, schemas }: CollectedPack): NamedEntry {
  const { repository, tag } = packReference('', name, version);
  return { name: `${repository}:${tag}`, descriptor, annotations: { [packSchemasAnnotation]: schemas.join(' ') } };
}

/** The `index.json` of a bundle: every entry by name, in one order. */
export function makeIndex(entries: readonly NamedEntry[]): Index {
  return {
    schemaVersion: 2,
    mediaType: mediaTypes.index,
    manifests: [...entries]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, descriptor, annotations }) => ({
        ...descriptor,
        annotations: { ...annotations, [refNameAnnotation]: name },
      })),
  };
}
