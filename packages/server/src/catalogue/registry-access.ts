import type { RegistryClient } from '@sealift/oci/registry-client';

/** Where packs, markers and node images are, below the registry. */
export const packBase = 'sealift/packs';
/** Where images are, below the registry. */
export const imageBase = 'sealift/images';

/** The way to the registry that holds the content of releases. */
export interface RegistryAccess {
  /** There once the console listens. */
  readonly client: RegistryClient;
}
