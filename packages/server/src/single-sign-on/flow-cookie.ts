import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { SecretKey } from '../site/secret-key.ts';

const name = 'sealift_sign_on';
const path = '/api/v1/single-sign-on';
const lifetimeMs = 10 * 60 * 1000;

const flowSchema = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  /** Of the settings that it was begun with. */
  revision: z.int(),
  until: z.number(),
});

/** A sign-on that a browser has begun. */
export type Flow = Omit<z.infer<typeof flowSchema>, 'until'>;

/**
 * Keeps a sign-on in the browser that began it, sealed: no other browser can end it, and nobody can make one up. The provider's answer is a navigation
 * from another site, so this cookie is Lax where that of the session is Strict.
 */
export function setFlowCookie(request: FastifyRequest, reply: FastifyReply, key: SecretKey, flow: Flow): void {
  const text = JSON.stringify({ ...flow, until: Date.now() + lifetimeMs });
  reply.setCookie(name, key.seal(text, name), { ...options(request), maxAge: lifetimeMs / 1000 });
}

/** The sign-on that this browser has begun; undefined where there is none, or it took too long. */
export function readFlowCookie(request: FastifyRequest, key: SecretKey): Flow | undefined {
  const sealed = request.cookies[name];
  const text = sealed === undefined || sealed.length > 2000 ? undefined : key.open(sealed, name);
  if (text === undefined) return undefined;
  const { until, ...flow } = flowSchema.parse(JSON.parse(text));
  const left = until - Date.now();
  return left > 0 && left <= lifetimeMs ? flow : undefined;
}

/** It serves once. */
export function clearFlowCookie(request: FastifyRequest, reply: FastifyReply): void {
  reply.clearCookie(name, options(request));
}

function options(request: FastifyRequest) {
  return { path, httpOnly: true, sameSite: 'lax', secure: request.protocol === 'https' } as const;
}
