import { createdTokenSchema, isAllowed, tokenListSchema, tokenRequestSchema } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { z } from 'zod';
import type { ApiScope } from '../http/api-scope.ts';
import { principalOf } from '../http/request-context.ts';
import { change } from '../store/change.ts';
import type { Db } from '../store/store.ts';
import { createApiToken, listApiTokens, removeApiToken } from './api-tokens.ts';

const tags = ['access'];

/** API tokens: one's own, and for whoever manages accounts those of everybody. */
export function tokenRoutes(api: ApiScope, db: Db): void {
  api.get('/tokens', {
    config: { permission: 'api-tokens.own' },
    schema: {
      tags,
      summary: "One's own API tokens, or with of=everybody all, without their secrets",
      querystring: z.object({ of: z.enum(['me', 'everybody']).default('me') }),
      response: { 200: tokenListSchema },
    },
    handler: async (request) => {
      const { role, accountId } = principalOf(request);
      if (request.query.of === 'me') return { tokens: await listApiTokens(db, accountId) };
      if (!isAllowed(role, 'api-tokens.all')) {
        throw new SealiftError('NOT_PERMITTED', { values: { permission: 'api-tokens.all' } });
      }
      return { tokens: await listApiTokens(db, undefined) };
    },
  });

  api.post('/tokens', {
    config: { permission: 'api-tokens.own', once: 'answer-dropped', refuses: ['ROLE_BEYOND', 'TOKEN_LIMIT'] },
    schema: {
      tags,
      summary: 'Makes an API token of a role; the only time its secret is shown',
      body: tokenRequestSchema,
      response: { 201: createdTokenSchema },
    },
    handler: async (request, reply) => {
      const token = await change(db, (trx) => createApiToken(trx, principalOf(request), request.body));
      return reply.code(201).send(token);
    },
  });

  api.delete('/tokens/:id', {
    config: { permission: 'api-tokens.own' },
    schema: {
      tags,
      summary: 'Removes an API token; it stops working at once',
      params: z.object({ id: z.string().max(64) }),
      response: { 204: z.null() },
    },
    handler: async (request, reply) => {
      await change(db, (trx) => removeApiToken(trx, principalOf(request), request.params.id));
      return reply.code(204).send(null);
    },
  });
}
