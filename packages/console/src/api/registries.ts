import { packRegistryListSchema, packRegistrySchema, trustedKeyListSchema } from '@sealift/core/api';
import { type QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { read, request, send } from './http.ts';
import { packsKey } from './packs.ts';

export const registriesKey = ['registries'];
export const trustedKeysKey = ['trusted-keys'];

/** The pack registries and how far the sync of each is. */
export function useRegistries() {
  return useQuery({
    queryKey: registriesKey,
    queryFn: ({ signal }) => read(packRegistryListSchema, '/registries', signal),
    refetchInterval: ({ state }) =>
      state.data?.registries.some(({ sync }) => sync.state === 'running') === true ? 1000 : false,
  });
}

/** Starts a sync of the named registry into the catalogue. */
export function useSync() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => request(packRegistrySchema, 'POST', `/registries/${encodeURIComponent(name)}/sync`),
    onSettled: () => client.invalidateQueries({ queryKey: registriesKey }),
  });
}

/** The vendors' keys whose signatures are accepted. */
export function useTrustedKeys() {
  return useQuery({
    queryKey: trustedKeysKey,
    queryFn: ({ signal }) => read(trustedKeyListSchema, '/trusted-keys', signal),
  });
}

/** Adds a minisign public key to the trusted ones. */
export function useTrustKey() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (publicKey: string) => send('POST', '/trusted-keys', { publicKey }),
    onSuccess: () => readAgain(client),
  });
}

/** Trusts a key no longer; what it signed and is installed stays. */
export function useRevokeKey() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (keyId: string) => send('DELETE', `/trusted-keys/${encodeURIComponent(keyId)}`),
    onSuccess: () => readAgain(client),
  });
}

/** Which packs and releases count depends on the keys. */
async function readAgain(client: QueryClient): Promise<void> {
  await Promise.all([trustedKeysKey, packsKey].map((queryKey) => client.invalidateQueries({ queryKey })));
}
