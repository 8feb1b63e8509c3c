import type { RegistrySettings } from '@sealift/core/api';
import type { Secret } from '@sealift/core/secret';
import { basicCredential } from '@sealift/oci/credential';
import { RegistryClient, type RegistryClientOptions } from '@sealift/oci/registry-client';

/**
 * A client of a registry that an administrator named: it asks that registry and the addresses allowed beside it, and no other.
 *
 * @throws REFERENCE_INVALID, REGISTRY_PLAIN_HTTP_REFUSED
 */
export function clientOf(
  { registry, plainHttp, username, ca, allowedOrigins }: RegistrySettings,
  password: Secret | undefined,
  options: Pick<RegistryClientOptions, 'idleTimeoutMs' | 'retryDelaysMs' | 'cancel' | 'connections'>,
): RegistryClient {
  const credential = username === null || password === undefined ? undefined : basicCredential(username, password);
  return new RegistryClient({ registry, plainHttp, credential, ca: ca ?? undefined, allowedOrigins, ...options });
}
