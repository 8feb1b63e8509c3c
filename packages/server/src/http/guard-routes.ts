import { isAllowed } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { anonymousBodyBytes } from './body-limits.ts';
import type { Principal, SignedBy } from './principal.ts';
import { isWrite, keyOf } from './request-context.ts';

/** Who sends a request, or null. */
export type Authenticate = (request: FastifyRequest) => Promise<Principal | null>;

/** What the guard asks. */
export interface Guard {
  readonly authenticate: Authenticate;
  /** Which gateway signed a request. @throws GATEWAY_UNKNOWN */
  readonly gateway?: (request: FastifyRequest) => Promise<SignedBy>;
  /** The upgrade that locks the console, or null. */
  readonly lockedBy: () => Promise<string | null>;
  /** Whether a role holds a permission; by default as the API's list says. */
  readonly isAllowed?: typeof isAllowed;
}

/**
 * Guards every route of a scope, before a body is read: from which page the request comes, who sends it, whether the account may do
 * what the route's `config.permission` names, and whether an upgrade locks the console. Call it before the routes are declared: one
 * that names no permission is refused at once, with a TypeError.
 */
export function guardRoutes(app: FastifyInstance, guard: Guard): void {
  const may = guard.isAllowed ?? isAllowed;
  app.decorateRequest('principal', null);
  app.decorateRequest('gateway', null);
  app.addHook('onRoute', (route) => {
    const { method, url, config } = route;
    if (config?.permission === undefined) throw new TypeError(`${method.toString()} ${url} declares no permission`);
    if (config.permission === 'anonymous') route.bodyLimit ??= anonymousBodyBytes;
  });
  app.addHook('onRequest', async (request) => {
    if (request.is404) return;
    if (isWrite(request)) refuseForeignPage(request);
    const { permission, whileLocked } = request.routeOptions.config;
    if (permission === 'anonymous') return;
    if (permission === 'gateway') {
      if (guard.gateway === undefined) throw new SealiftError('NOT_SIGNED_IN');
      request.gateway = await guard.gateway(request);
      return;
    }
    request.principal = await guard.authenticate(request);
    if (request.principal === null) throw new SealiftError('NOT_SIGNED_IN');
    if (permission === undefined || !may(request.principal.role, permission)) {
      throw new SealiftError('NOT_PERMITTED', { values: { permission: permission ?? 'none' } });
    }
    // What is asked for once more may be what has locked the console (idempotency/act-once.ts).
    if (!isWrite(request) || whileLocked === true || keyOf(request) !== undefined) return;
    const upgrade = await guard.lockedBy();
    if (upgrade !== null) throw new SealiftError('CONSOLE_LOCKED', { values: { upgrade } });
  });
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
