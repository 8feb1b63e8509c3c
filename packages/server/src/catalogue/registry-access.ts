import type { ContentReader } from '@sealift/oci/registry-client';
import type { PinnedContent } from './pinned-content.ts';

/** The way to the content of releases, whichever registry holds it. */
export interface RegistryAccess {
  /** Reads by the names that repositories have in the console's own registry, which is there once the console listens. */
  readonly client: ContentReader;
  readonly content: {
    /** Of pinned content what no registry holds, for people. @throws REGISTRY_AWAY where one that may hold it cannot be asked */
    missing(pins: readonly PinnedContent[]): Promise<string[]>;
  };
  /** Whether the console's own registry answers. */
  ping(): Promise<void>;
}
