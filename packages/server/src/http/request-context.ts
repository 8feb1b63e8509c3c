import type { Permission } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import type { FastifyRequest } from 'fastify';
import type { Principal, SignedBy } from './principal.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls; null until authenticated, and on anonymous routes. */
    principal: Principal | null;
    /** The gateway that signed the request; null elsewhere. */
    gateway: SignedBy | null;
  }
  interface FastifyContextConfig {
    /** What the caller has to be allowed; `anonymous` needs no sign-in, `gateway` the signature of one. Every route of the API names one. */
    permission?: Permission | 'anonymous' | 'gateway';
    /** A change that stays possible while an upgrade locks the console. */
    whileLocked?: boolean;
  }
}

/** @throws NOT_SIGNED_IN */
export function principalOf(request: FastifyRequest): Principal {
  if (request.principal === null) throw new SealiftError('NOT_SIGNED_IN');
  return request.principal;
}

/** @throws NOT_SIGNED_IN */
export function gatewayOf(request: FastifyRequest): SignedBy {
  if (request.gateway === null) throw new SealiftError('NOT_SIGNED_IN');
  return request.gateway;
}

/** Whether a method changes something (RFC 9110, 9.2.1). */
export function isWrite(request: FastifyRequest): boolean {
  return !['GET', 'HEAD', 'OPTIONS'].includes(request.method);
}
