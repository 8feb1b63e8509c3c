import type { ContentSource } from '../content.ts';
import type { Descriptor } from '../descriptor.ts';
import type { ManifestSource } from '../push/walk.ts';

/** An image that a source holds. */
export interface SourceImage {
  /** Its original reference as the source states it; undefined where it has none. */
  readonly name: string | undefined;
  /** Of its manifest, or of the index of its manifests. */
  readonly descriptor: Pick<Descriptor, 'mediaType' | 'digest' | 'size'>;
}

/** Somewhere images come from. Manifests and blobs are checked against their digests by whoever reads them. */
export interface ImageSource extends AsyncDisposable {
  readonly images: readonly SourceImage[];
  readonly manifests: ManifestSource;
  /** Configurations and layers. */
  readonly blobs: ContentSource;
  /** Whether reading a blob goes over a network. */
  readonly remote: boolean;
}
