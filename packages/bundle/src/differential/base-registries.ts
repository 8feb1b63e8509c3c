import type { RegistryClient } from '@sealift/oci/registry-client';
import type { PlacedBlob } from './section.ts';

/** The registries that a base was uploaded to, each with the path below which things are. */
export interface BaseRegistries {
  readonly packs: { readonly client: RegistryClient; readonly base: string };
  readonly images: { readonly client: RegistryClient; readonly base: string };
}

/** Where a repository of an inventory is in these registries. */
export function locate(
  { registry, repository }: Pick<PlacedBlob, 'registry' | 'repository'>,
  registries: BaseRegistries,
): { readonly client: RegistryClient; readonly repository: string } {
  const { client, base } = registries[registry];
  return { client, repository: base === '' ? repository : `${base}/${repository}` };
}
