import { Secret } from '@sealift/core/secret';
import type { Objects } from '@sealift/kubernetes/objects';
import { basicCredential, type Credential } from '@sealift/oci/credential';
import { RegistryClient } from '@sealift/oci/registry-client';
import type { ImageRegistry } from '../../settings.ts';
import { loginOf, readPullSecret } from './pull-secret.ts';

const loopback = /^(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])(?::\d+)?$/;

/**
 * A client of the registry that nodes pull from, with the login that their pods are given. The caller closes it.
 *
 * @throws PULL_SECRET_UNUSABLE, KUBERNETES_…
 */
export async function registryOfNodes(
  { registry, pullSecret }: ImageRegistry,
  objects: () => Promise<Objects>,
  cancel: AbortSignal,
): Promise<RegistryClient> {
  let credential: Credential | undefined;
  if (pullSecret !== undefined) {
    const login = loginOf(await readPullSecret(await objects(), registry, pullSecret, cancel), registry);
    credential = login && basicCredential(login.username, new Secret(login.password));
  }
  return new RegistryClient({
    registry,
    // Only there may it speak without TLS.
    plainHttp: loopback.test(registry),
    credential,
    cancel,
    retryDelaysMs: [500],
  });
}

/** Codes of a registry that may be out of reach from here, or trusted by others alone, though it is not so for the nodes. */
const outOfReach: ReadonlySet<string> = new Set(['REGISTRY_UNREACHABLE', 'REGISTRY_CERTIFICATE_UNTRUSTED']);

/** Whether a failure says nothing of what nodes will meet. */
export function saysNothingOfNodes({ code }: { readonly code: string }): boolean {
  return outOfReach.has(code);
}
