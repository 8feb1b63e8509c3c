import type { Digest } from '@sealift/oci/digest';
import type { OpenSource } from '@sealift/oci/image-source';

/** Something that others may be attached to. */
export interface Subject {
  /** Such as `docker.io/library/busybox`. */
  readonly repository: string;
  /** The manifest that the bundle names, then all below it. */
  readonly manifests: readonly Digest[];
  /** Where it comes from, if that can hold attachments. */
  readonly from: OpenSource | undefined;
  /** As the release file names it. */
  readonly source: string;
  /** Whether cosign's older tags are looked for. */
  readonly hasTags: boolean;
}
