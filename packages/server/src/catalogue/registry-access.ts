import type { RegistryClient } from '@sealift/oci/registry-client';
import type { CatalogueContent } from './catalogue-content.ts';

/** The way to the registry that holds the content of releases. */
export interface RegistryAccess {
  /** There once the console listens. */
  readonly client: RegistryClient;
  /** The same content for who reads much of it. */
  readonly content: CatalogueContent;
}
