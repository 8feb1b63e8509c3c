import type { FastifyReply, FastifyRequest } from 'fastify';

const name = 'sealift_session';

/** The session's secret as the browser sent it. */
export function sessionSecret(request: FastifyRequest): string | undefined {
  return request.cookies[name];
}

/** No script can read the cookie, no other site's request carries it, and under TLS it never travels in the clear. */
export function setSessionCookie(request: FastifyRequest, reply: FastifyReply, secret: string): void {
  reply.setCookie(name, secret, options(request));
}

/** Makes the browser forget the session. */
export function clearSessionCookie(request: FastifyRequest, reply: FastifyReply): void {
  reply.clearCookie(name, options(request));
}

function options(request: FastifyRequest) {
  return { path: '/', httpOnly: true, sameSite: 'strict', secure: request.protocol === 'https' } as const;
}
