import type { FastifyHelmetOptions } from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

/** Pages may load and talk to this host only (W3C Content Security Policy 3); nothing inline runs, nobody may frame them. */
export const contentSecurityPolicy: FastifyHelmetOptions = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", 'data:'],
      fontSrc: ["'self'", 'data:'],
      connectSrc: ["'self'"],
      manifestSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
  // Set by whoever ends TLS; on plain HTTP browsers ignore it.
  strictTransportSecurity: false,
  referrerPolicy: { policy: 'no-referrer' },
};

/** What a scope's routes answer is for the one who asked, errors too: no cache on the way or on disk keeps it (RFC 9111, 5.2.2.5). */
export function neverStored(app: FastifyInstance): void {
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });
}
