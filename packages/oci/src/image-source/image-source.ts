import type { ContentSource } from '../content.ts';
import type { Descriptor } from '../descriptor.ts';
import type { Digest } from '../digest.ts';
import type { ManifestSource } from '../push/walk.ts';

/** An image that a source holds. */
export interface SourceImage {
  /** Its original reference as the source states it; undefined where it has none. */
  readonly name: string | undefined;
  /** Of its manifest, or of the index of its manifests. */
  readonly descriptor: Pick<Descriptor, 'mediaType' | 'digest' | 'size'>;
  /** Belongs to another image: travels with that one, and is an image of its own only where it is asked for by name. */
  readonly isAttachment?: true;
}

/** A manifest under one of cosign's older tags (`sha256-<hex>.sig`). */
export interface TaggedManifest {
  readonly tag: string;
  readonly descriptor: SourceImage['descriptor'];
}

/** Somewhere images come from. Manifests and blobs are checked against their digests by whoever reads them. */
export interface ImageSource extends AsyncDisposable {
  readonly images: readonly SourceImage[];
  readonly manifests: ManifestSource;
  /** Configurations and layers. */
  readonly blobs: ContentSource;
  /** Whether reading a blob goes over a network. */
  readonly remote: boolean;
  /** What refers to a manifest by `subject`, as the source lists it: the manifests themselves have to be looked at. */
  referrersOf(subject: Digest): Promise<readonly Descriptor[]>;
  /** What is kept for a manifest under cosign's older tags. */
  taggedFor(subject: Digest): Promise<readonly TaggedManifest[]>;
}
