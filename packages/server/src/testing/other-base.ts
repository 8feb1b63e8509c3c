import type { RegistryClient } from '@sealift/oci/registry-client';

/** A client of a registry that keeps packs and images elsewhere: what is pushed to `sealift/…` goes to `<base>/…`. */
export function underBase(client: RegistryClient, base: string): RegistryClient {
  const at = (repository: string): string => repository.replace('sealift/', `${base}/`);
  return Object.assign(Object.create(client) as RegistryClient, {
    pushBlob: (repository: string, ...rest: never) =>
      client.pushBlob(at(repository), ...(rest as [never, never, never])),
    putManifest: (repository: string, ...rest: never) =>
      client.putManifest(at(repository), ...(rest as [never, never, never])),
  });
}
