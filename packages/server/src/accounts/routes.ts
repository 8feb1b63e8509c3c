import {
  createdTokenSchema,
  sessionSchema,
  setupRequestSchema,
  setupStateSchema,
  signInRequestSchema,
  tokenListSchema,
  tokenRequestSchema,
} from '@sealift/core/api';
import type { Session } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import type { LoginAttempts } from '@sealift/registry/login-attempts';
import { z } from 'zod';
import type { Principal } from '../http/principal.ts';
import { createApiToken, removeApiToken } from './api-tokens.ts';
import { listApiTokens, setupNeeded } from './queries.ts';
import { endSession, startSession } from './sessions.ts';
import { completeSetup } from './setup.ts';
import { checkCredentials } from './sign-in.ts';
import { change } from '../store/change.ts';
import type { Db } from '../store/store.ts';
import type { ApiScope } from '../http/api-scope.ts';
import { principalOf } from '../http/request-context.ts';
import { clearSessionCookie, sessionSecret, setSessionCookie } from './session-cookie.ts';

const tags = ['access'];
/** First administrator, sessions, API tokens. */
export function accountRoutes(api: ApiScope, db: Db, attempts: LoginAttempts): void {
  api.get('/setup', {
    config: { permission: 'anonymous' },
    schema: {
      tags,
      security: [],
      summary: 'Whether the first administrator is still to be made',
      response: { 200: setupStateSchema },
    },
    handler: async () => ({ needed: await setupNeeded(db) }),
  });

  api.post('/setup', {
    config: { permission: 'anonymous', whileLocked: true },
    schema: {
      tags,
      security: [],
      summary: 'Makes the first administrator and signs in',
      body: setupRequestSchema,
      response: { 201: sessionSchema },
    },
    handler: async (request, reply) => {
      const account = await attempts.attempt(
        request.ip,
        () => completeSetup(db, request.body, request.ip),
        (made) => made === null,
      );
      if (account === null) throw new SealiftError('SETUP_LINK_INVALID', { place: 'token' });
      const { secret, principal } = await startSession(db, account, request.ip);
      setSessionCookie(request, reply, secret);
      return reply.code(201).send(sessionOf(principal));
    },
  });

  api.post('/session', {
    config: { permission: 'anonymous', whileLocked: true },
    schema: { tags, security: [], summary: 'Signs in', body: signInRequestSchema, response: { 200: sessionSchema } },
    handler: async (request, reply) => {
      const account = await attempts.attempt(
        request.ip,
        () => checkCredentials(db, request.body, request.ip),
        (found) => found === null,
      );
      if (account === null) throw new SealiftError('SIGN_IN_REFUSED');
      const { secret, principal } = await startSession(db, account, request.ip);
      setSessionCookie(request, reply, secret);
      return sessionOf(principal);
    },
  });

  api.get('/session', {
    config: { permission: 'session.own' },
    schema: { tags, summary: 'Who is signed in', response: { 200: sessionSchema } },
    handler: (request) => sessionOf(principalOf(request)),
  });

  api.delete('/session', {
    config: { permission: 'session.own', whileLocked: true },
    schema: { tags, summary: 'Signs out', response: { 204: z.null() } },
    handler: async (request, reply) => {
      const secret = sessionSecret(request);
      if (secret !== undefined) await endSession(db, secret, principalOf(request));
      clearSessionCookie(request, reply);
      return reply.code(204).send(null);
    },
  });

  api.get('/tokens', {
    config: { permission: 'api-tokens.read' },
    schema: { tags, summary: 'API tokens, without their secrets', response: { 200: tokenListSchema } },
    handler: async () => ({ tokens: await listApiTokens(db) }),
  });

  api.post('/tokens', {
    config: { permission: 'api-tokens.change' },
    schema: {
      tags,
      summary: 'Makes an API token; the only time its secret is shown',
      body: tokenRequestSchema,
      response: { 201: createdTokenSchema },
    },
    handler: async (request, reply) => {
      const token = await change(db, (trx) => createApiToken(trx, principalOf(request), request.body));
      return reply.code(201).send(token);
    },
  });

  api.delete('/tokens/:id', {
    config: { permission: 'api-tokens.change' },
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

function sessionOf(principal: Principal): Session {
  return { username: principal.name, role: principal.role, expiresAt: principal.expiresAt.toISOString() };
}
