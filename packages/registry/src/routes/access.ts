import { Secret } from '@sealift/core/secret';
import type { FastifyRequest } from 'fastify';

/** Who asks, as the `Authorization` header says. */
export type RegistryCredential =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'basic'; readonly username: string; readonly password: Secret }
  | { readonly kind: 'bearer'; readonly token: Secret };

/** What somebody may do; `push` includes `pull` and deletion. */
export type RegistryAccess = 'none' | 'pull' | 'push';

/** What somebody may do, and the name by which the host knows them, for its log of changes. */
export interface RegistryLogin {
  readonly access: RegistryAccess;
  readonly name: string;
}

/**
 * Decides what somebody may do. Called for each request that brings no token of the registry's own: keep it fast, and answer in
 * about the same time for unknown users.
 *
 * @param address the client's address, for the log
 */
export type Authorize = (credential: RegistryCredential, address: string) => Promise<RegistryAccess | RegistryLogin>;

/** Reads `Authorization` (RFC 7617 Basic, RFC 6750 Bearer); anything else is anonymous. */
export function credentialOf(request: FastifyRequest): RegistryCredential {
  const [scheme = '', value = ''] = (request.headers.authorization ?? '').split(' ', 2);
  if (scheme.toLowerCase() === 'bearer' && value !== '') return { kind: 'bearer', token: new Secret(value) };
  if (scheme.toLowerCase() !== 'basic') return { kind: 'anonymous' };
  const text = Buffer.from(value, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) return { kind: 'anonymous' };
  return { kind: 'basic', username: text.slice(0, colon), password: new Secret(text.slice(colon + 1)) };
}
