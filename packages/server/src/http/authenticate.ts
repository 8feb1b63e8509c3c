import { SealiftError } from '@sealift/core/errors';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Principal } from '../audit/actor.ts';
import { findApiToken } from '../accounts/api-tokens.ts';
import { findSession } from '../accounts/sessions.ts';
import type { ConsoleServices } from '../app/services.ts';
import { lockedBy } from '../store/change.ts';
import { isWrite } from './request-context.ts';
import { sessionSecret } from '../accounts/session-cookie.ts';

/** Guards every route of a scope: who calls, from which page, and whether an upgrade locks the console. */
export function guardRoutes(app: FastifyInstance, services: ConsoleServices): void {
  app.decorateRequest('principal', null);
  app.addHook('onRequest', async (request) => {
    if (request.is404) return;
    if (isWrite(request)) refuseForeignPage(request);
    const config = request.routeOptions.config;
    if (config.public === true) return;
    request.principal = await authenticate(services, request);
    if (request.principal === null) throw new SealiftError('NOT_SIGNED_IN');
    if (!isWrite(request) || config.whileLocked === true) return;
    const upgrade = await lockedBy(services.store.db);
    if (upgrade !== null) throw new SealiftError('CONSOLE_LOCKED', { values: { upgrade } });
  });
}

/** Who calls, or null: by an API token of the `Authorization` header (RFC 6750), else the session cookie. A bad token is not made good by a cookie. */
export async function authenticate(services: ConsoleServices, request: FastifyRequest): Promise<Principal | null> {
  const header = request.headers.authorization;
  if (header !== undefined) {
    const token = /^Bearer ([A-Za-z0-9_-]{1,200})$/i.exec(header)?.[1];
    return token === undefined ? null : findApiToken(services.store.db, token, request.ip);
  }
  const secret = sessionSecret(request);
  return secret === undefined ? null : findSession(services.store.db, secret, request.ip);
}

/**
 * Cross-site request forgery: a browser names the page that a changing request comes from, in `Origin` or at least in
 * `Sec-Fetch-Site`; programs send neither.
 */
function refuseForeignPage(request: FastifyRequest): void {
  const origin = request.headers.origin;
  if (origin !== undefined) {
    // Host and port only: behind a proxy that ends TLS, this process does not see the scheme that the browser used.
    if (/^https?:\/\//.test(origin) && origin.replace(/^https?:\/\//, '') === request.host) return;
    throw new SealiftError('ORIGIN_REFUSED', { values: { origin: origin.slice(0, 200) } });
  }
  const site = request.headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return;
  throw new SealiftError('ORIGIN_REFUSED', { values: { origin: 'another site' } });
}
