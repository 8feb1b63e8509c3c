import {
  type AddRegistryRequest,
  type EditRegistryRequest,
  mirrorStateSchema,
  packRegistryListSchema,
  packRegistrySchema,
  registryChecksSchema,
  triedRegistrySchema,
  trustedKeyListSchema,
} from '@sealift/core/api';
import { type QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { read, request, send, tagOf } from './http.ts';
import { packsKey, registriesKey, trustedKeysKey } from './query-keys.ts';

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

/** A registry is tried with all that is needed of it, before it is stored. */
const tryTimeoutMs = 90_000;

/** What is asked of a registry: that of this name with changes, or a new one. */
export type RegistryChange =
  | { readonly name: string; readonly revision: number; readonly edit: EditRegistryRequest }
  | { readonly add: AddRegistryRequest };

/** Tries a registry, and stores nothing; nothing is kept of the password here. */
export function useValidateRegistry() {
  return useMutation({
    mutationFn: (change: RegistryChange) => {
      if ('edit' in change) {
        const path = `/registries/${encodeURIComponent(change.name)}/validate`;
        return request(registryChecksSchema, 'POST', path, change.edit, { timeoutMs: tryTimeoutMs });
      }
      const { name: _name, ...settings } = change.add;
      return request(registryChecksSchema, 'POST', '/registries/validate', settings, { timeoutMs: tryTimeoutMs });
    },
    gcTime: 0,
  });
}

/** Tries a registry, and stores it where nothing failed. */
export function useSaveRegistry() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: RegistryChange) => {
      if ('add' in change) {
        return request(triedRegistrySchema, 'POST', '/registries', change.add, { timeoutMs: tryTimeoutMs });
      }
      const path = `/registries/${encodeURIComponent(change.name)}`;
      const limits = { timeoutMs: tryTimeoutMs, ifMatch: tagOf(change.revision) };
      return request(triedRegistrySchema, 'PATCH', path, change.edit, limits);
    },
    gcTime: 0,
    onSuccess: () => client.invalidateQueries({ queryKey: registriesKey }),
  });
}

/** Forgets a registry; what it holds is not touched. */
export function useRemoveRegistry() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ name, revision }: { readonly name: string; readonly revision: number }) =>
      send('DELETE', `/registries/${encodeURIComponent(name)}`, undefined, { ifMatch: tagOf(revision) }),
    onSuccess: () => Promise.all([registriesKey, packsKey].map((queryKey) => client.invalidateQueries({ queryKey }))),
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

const mirrorKey = [...registriesKey, 'mirror'] as const;

/** The mirror between two registries that is under way, or the last one. */
export function useMirror() {
  return useQuery({
    queryKey: mirrorKey,
    queryFn: ({ signal }) => read(mirrorStateSchema, '/registry-mirror', signal),
    refetchInterval: ({ state }) => (state.data?.state === 'running' ? 1000 : false),
  });
}

/** What is to be mirrored, as a form gives it. */
export interface MirrorWish {
  readonly from: string;
  readonly to: string;
  readonly versions: readonly string[];
  readonly repositories: readonly string[];
  readonly dryRun: boolean;
}

/** Starts a mirror of one registry to another. */
export function useStartMirror() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (wish: MirrorWish) => request(mirrorStateSchema, 'POST', '/registry-mirror', wish),
    onSuccess: (begun) => client.setQueryData(mirrorKey, begun),
  });
}

/** Asks the mirror under way to end. */
export function useCancelMirror() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => request(mirrorStateSchema, 'POST', '/registry-mirror/cancel'),
    onSettled: () => client.invalidateQueries({ queryKey: mirrorKey }),
  });
}
