import { sql } from 'kysely';
import type { FastifyInstance } from 'fastify';
import type { Store } from '../store/store.ts';

/** `/healthz`: the process lives. `/readyz`: it can answer, that is, the store does. Neither tells anything else to strangers. */
export function healthRoutes(app: FastifyInstance, store: Store): void {
  app.get('/healthz', { schema: { hide: true } }, () => ({ status: 'ok' }));
  app.get('/readyz', { schema: { hide: true } }, async (_request, reply) => {
    try {
      await sql`select 1`.execute(store.db);
      return { status: 'ready' };
    } catch {
      return reply.code(503).send({ status: 'store unreachable' });
    }
  });
}
