import type { Permission } from '@sealift/core/api';
import { type ErrorCode, SealiftError } from '@sealift/core/errors';
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
    /** The codes of its own refusals, beside those that follow from what it takes and who may call it (open-api/refusals.ts). */
    refuses?: readonly ErrorCode[];
    /** Whether it takes `If-Match`: where it is needed, a change without it is refused. */
    ifMatch?: 'needed' | 'taken';
    /** Headers of its good answers. */
    sends?: readonly ('etag' | 'content-disposition' | 'content-length' | 'set-cookie' | 'location')[];
    /** That it takes `Idempotency-Key`: an act is done once; its answer is kept for 24 hours, unless it holds what is shown only once (idempotency/act-once.ts). */
    once?: 'answer-kept' | 'answer-dropped';
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
  return isWriteMethod(request.method);
}

export function isWriteMethod(method: string): boolean {
  return !['GET', 'HEAD', 'OPTIONS'].includes(method);
}

/** The `Idempotency-Key` of a request whose route takes one. */
export function keyOf({ headers, routeOptions }: FastifyRequest): string | undefined {
  const given = headers['idempotency-key'];
  return routeOptions.config.once === undefined || given === undefined ? undefined : given.toString();
}
