import type { UploadPlace } from '@sealift/bundle/upload';
import { uploadTargetSchema } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { isLoopbackHost } from '@sealift/io/http/loopback';
import { basicCredential } from '@sealift/oci/credential';
import { findCredential } from '@sealift/oci/credentials';
import { RegistryClient } from '@sealift/oci/registry-client';
import { ApiClient } from './api-client.ts';
import type { CliContext } from '../context.ts';
import { retryNotice } from '../terminal/retry-notice.ts';
import { requireLogin } from './profile.ts';

/** Where a bundle's content goes. Whoever asked for it closes its connections, so that no registry keeps the program from ending. */
export interface UploadPlaces extends Disposable {
  readonly packs: UploadPlace;
  readonly images: UploadPlace;
  /** The console to report the upload to; absent when the registries were named directly. */
  readonly platform?: ApiClient;
}

/** The variables that name registries directly. */
export const uploadVariables = ['OCI_PACK_REGISTRY', 'OCI_PACK_BASE', 'OCI_IMAGE_REGISTRY', 'OCI_IMAGE_BASE'] as const;

/**
 * Finds where to upload to: the registries that the `OCI_*` variables name, with the login of the Docker configuration; else
 * those of the platform, with its API token as password.
 *
 * @throws PLATFORM_*, PROFILE_INVALID, USAGE, REFERENCE_INVALID, REGISTRY_PLAIN_HTTP_REFUSED, CREDENTIALS_UNREADABLE
 */
export async function findUploadPlaces(context: CliContext): Promise<UploadPlaces> {
  const { env, cancel } = context;
  const onRetry = retryNotice(context);
  if (uploadVariables.some((name) => (env[name] ?? '') !== '')) return await placesOfVariables(context);
  const login = await requireLogin(env);
  const platform = new ApiClient({ ...login, env, cancel });
  const target = await platform.get('/api/v1/upload-target', uploadTargetSchema);
  const credential = basicCredential('token', login.token);
  const clients = new Map<string, RegistryClient>();
  const place = (registry: string, base: string): UploadPlace => {
    const client =
      clients.get(registry) ??
      new RegistryClient({ registry, plainHttp: target.plainHttp, credential, cancel, env, onRetry });
    clients.set(registry, client);
    return { client, base };
  };
  return {
    packs: place(target.packRegistry, target.packBase),
    images: place(target.imageRegistry, target.imageBase),
    platform,
    [Symbol.dispose]: () => closeAll(clients),
  };
}

async function placesOfVariables(context: CliContext): Promise<UploadPlaces> {
  const { env, cancel } = context;
  const onRetry = retryNotice(context);
  const clients = new Map<string, RegistryClient>();
  const place = async (registryName: string, baseName: string): Promise<UploadPlace> => {
    const named = env[registryName] ?? '';
    if (named === '') {
      const reason = `${registryName} is not set, and another of ${uploadVariables.join(', ')} is`;
      throw new SealiftError('USAGE', { values: { reason }, place: registryName, hint: `Set ${registryName} too.` });
    }
    const { registry, plainHttp } = registryOf(named);
    const client =
      clients.get(named) ??
      new RegistryClient({
        registry,
        plainHttp,
        credential: await findCredential(registry, env),
        cancel,
        env,
        onRetry,
      });
    clients.set(named, client);
    return { client, base: (env[baseName] ?? '').replace(/^\/+|\/+$/g, '') };
  };
  return {
    packs: await place('OCI_PACK_REGISTRY', 'OCI_PACK_BASE'),
    images: await place('OCI_IMAGE_REGISTRY', 'OCI_IMAGE_BASE'),
    [Symbol.dispose]: () => closeAll(clients),
  };
}

function closeAll(clients: ReadonlyMap<string, RegistryClient>): void {
  for (const client of clients.values()) client.close();
}

/** `host:port`, with a scheme where one is wanted; without it, this machine itself is reached by plain HTTP. */
function registryOf(named: string): { readonly registry: string; readonly plainHttp: boolean } {
  const [, scheme, registry = named] = /^(https?):\/\/([^/]+)\/*$/.exec(named) ?? [];
  const host = registry.replace(/:[0-9]+$/, '');
  return { registry, plainHttp: scheme === undefined ? isLoopbackHost(host) : scheme === 'http' };
}
