import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ApiScope } from '../http/api-scope.ts';

/** `GET /api/v1/openapi.json`: this document. */
export function openApiRoutes(api: ApiScope, app: FastifyInstance): void {
  let bytes: Buffer | undefined;
  api.get('/openapi.json', {
    config: { permission: 'session.own' },
    schema: {
      tags: ['api'],
      summary: 'The OpenAPI description of this API',
      response: { 200: z.any().describe('OpenAPI 3.1') },
    },
    handler: async (_request, reply) => {
      bytes ??= Buffer.from(JSON.stringify(app.swagger()));
      return await reply.type('application/json; charset=utf-8').send(bytes);
    },
  });
}
