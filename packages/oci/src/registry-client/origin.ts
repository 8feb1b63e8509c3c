import { SealiftError } from '@sealift/core/errors';
import { isLoopbackHost } from '@sealift/io/http/loopback';
import { isRegistryHost } from '../reference.ts';

/** Docker Hub answers under another name than its images carry. */
const apiHosts: Readonly<Record<string, string>> = { 'docker.io': 'registry-1.docker.io' };

/**
 * The URL below which a registry's `/v2/` is.
 *
 * @throws REFERENCE_INVALID when it is not a host; REGISTRY_PLAIN_HTTP_REFUSED for plain HTTP to another machine
 */
export function registryOrigin(registry: string, plainHttp: boolean): URL {
  if (!isRegistryHost(registry)) {
    throw new SealiftError('REFERENCE_INVALID', {
      values: { reference: JSON.stringify(registry.slice(0, 300)), reason: 'expected host or host:port' },
    });
  }
  const host = Object.hasOwn(apiHosts, registry) ? apiHosts[registry] : registry;
  return allowed(new URL(`${plainHttp ? 'http' : 'https'}://${host}/`));
}

/** @throws REGISTRY_PLAIN_HTTP_REFUSED for a URL that is neither HTTPS nor on this machine */
export function allowed(url: URL): URL {
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname))) return url;
  throw new SealiftError('REGISTRY_PLAIN_HTTP_REFUSED', { values: { host: url.host }, place: placeOf(url) });
}

/** A URL as the place of an error: without query and user information, which may hold secrets. */
export function placeOf(url: URL): string {
  return `${url.origin}${url.pathname}`;
}
