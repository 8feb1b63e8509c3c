import type { RegistrySettings } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import type { Secret } from '@sealift/core/secret';
import { isRegistryHost, isRepositoryName } from '@sealift/oci/reference';
import type { RegistryClientOptions } from '@sealift/oci/registry-client';
import { type RegistryCheck, tryRegistry } from '@sealift/oci/try-registry';
import { refuseNoCertificate } from '../site/asked-settings.ts';
import { RefusedRegistry } from '../http/refused-registry.ts';
import { clientOf } from './registry-client.ts';

/** People wait for it; a registry that answers needs some seconds. */
const patience = { deadlineMs: 45_000, idleTimeoutMs: 10_000 };

/** The longest name below a path of packs that a release may have. */
const longestBelow = 'spectro-packs/archive/a';

/** @throws INPUT_INVALID with the field */
export function refuseInvalid(
  { registry, plainHttp, packBase, imageBase, username, ca }: RegistrySettings,
  password: unknown,
): void {
  if (!isRegistryHost(registry)) throw invalid('registry', 'the address', 'it is not host or host:port');
  if (plainHttp && !/^(?:127(?:\.\d{1,3}){3}|\[::1\]|localhost)(?::\d+)?$/.test(registry)) {
    throw invalid('plainHttp', 'plain HTTP', 'it is spoken with the machine of the console only');
  }
  if (!isRepositoryName(packBase === '' ? longestBelow : `${packBase}/${longestBelow}`)) {
    throw invalid('packBase', 'the path of packs', 'it is not a path of repositories');
  }
  if (imageBase !== '' && !isRepositoryName(imageBase)) {
    throw invalid('imageBase', 'the path of images', 'it is not a path of repositories');
  }
  if (username === null && password !== undefined) {
    throw invalid('password', 'the password', 'it is given without a user name');
  }
  if (username?.includes(':') === true) throw invalid('username', 'the user name', 'it holds a colon');
  if (ca !== null) refuseNoCertificate(ca, 'body.ca');
}

/** Does with a registry all that it is to be good for. @param patience how long all of it may take, and nothing may move */
export async function trySettings(
  settings: RegistrySettings,
  password: Secret | undefined,
  { deadlineMs, idleTimeoutMs } = patience,
): Promise<RegistryCheck[]> {
  const options: Pick<RegistryClientOptions, 'idleTimeoutMs' | 'retryDelaysMs' | 'cancel'> = {
    idleTimeoutMs,
    retryDelaysMs: [],
    cancel: AbortSignal.timeout(deadlineMs),
  };
  const client = clientOf(settings, password, options);
  try {
    const { packBase: base, push, username } = settings;
    return await tryRegistry(client, { base, push, hasLogin: username !== null });
  } finally {
    client.close();
  }
}

/** @throws RefusedRegistry */
export function refuseFailed(registry: string, checks: readonly RegistryCheck[]): void {
  const failed = checks.find(({ outcome }) => outcome === 'block');
  if (failed !== undefined) throw new RefusedRegistry(registry, failed, checks);
}

export function invalid(field: string, what: string, reason: string): SealiftError {
  return new SealiftError('INPUT_INVALID', { place: `body.${field}`, values: { what, reason } });
}
