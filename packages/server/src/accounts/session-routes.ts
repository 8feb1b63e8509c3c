import {
  changePasswordSchema,
  choosePasswordSchema,
  sessionListSchema,
  sessionSchema,
  setupRequestSchema,
  setupStateSchema,
  signInRequestSchema,
} from '@sealift/core/api';
import type { Session } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import type { LoginAttempts } from '@sealift/registry/login-attempts';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Principal } from '../http/principal.ts';
import type { Db } from '../store/store.ts';
import type { ApiScope } from '../http/api-scope.ts';
import { ofDoors, ofNewPasswords } from '../http/refusals.ts';
import { principalOf } from '../http/request-context.ts';
import { choosePassword } from './password-links.ts';
import { clearSessionCookie, sessionSecret, setSessionCookie } from './session-cookie.ts';
import { endSession, endSessionOf, listSessions, type SessionPlace, startSession } from './sessions.ts';
import { changeOwnPassword, signsInElsewhere } from './set-password.ts';
import { completeSetup } from './setup.ts';
import { setupNeeded } from './setup-needed.ts';
import { checkCredentials } from './sign-in.ts';

const tags = ['access'];

/** First administrator, signing in and out, one's own sessions and password. */
export function sessionRoutes(api: ApiScope, db: Db, attempts: LoginAttempts): void {
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
    config: {
      permission: 'anonymous',
      whileLocked: true,
      sends: ['set-cookie'],
      refuses: [...ofDoors, 'PASSWORD_TOO_COMMON', 'SETUP_DONE', 'SETUP_LINK_INVALID'],
    },
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
      const { secret, principal } = await startSession(db, account, placeOf(request));
      setSessionCookie(request, reply, secret);
      return reply.code(201).send(sessionOf(principal));
    },
  });

  api.post('/session', {
    config: {
      permission: 'anonymous',
      whileLocked: true,
      sends: ['set-cookie'],
      refuses: [...ofDoors, 'SIGN_IN_REFUSED', 'ACCOUNT_LOCKED'],
    },
    schema: { tags, security: [], summary: 'Signs in', body: signInRequestSchema, response: { 200: sessionSchema } },
    handler: async (request, reply) => {
      const account = await attempts.attempt(
        request.ip,
        () => checkCredentials(db, request.body, request.ip),
        (found) => found === null,
      );
      if (account === null) throw new SealiftError('SIGN_IN_REFUSED');
      const { secret, principal } = await startSession(db, account, placeOf(request));
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
    config: { permission: 'session.own', whileLocked: true, sends: ['set-cookie'] },
    schema: { tags, summary: 'Signs out', response: { 204: z.null() } },
    handler: async (request, reply) => {
      const secret = sessionSecret(request);
      if (secret !== undefined) await endSession(db, secret, principalOf(request));
      clearSessionCookie(request, reply);
      return reply.code(204).send(null);
    },
  });

  api.get('/sessions', {
    config: { permission: 'session.own' },
    schema: { tags, summary: "One's own sessions", response: { 200: sessionListSchema } },
    handler: async (request) => {
      const principal = principalOf(request);
      return { sessions: await listSessions(db, principal.accountId, principal) };
    },
  });

  api.delete('/sessions/:session', {
    config: { permission: 'session.own', whileLocked: true },
    schema: {
      tags,
      summary: "Ends one of one's own sessions",
      params: z.object({ session: z.string().max(64) }),
      response: { 204: z.null() },
    },
    handler: async (request, reply) => {
      const principal = principalOf(request);
      const { accountId: id, name: username } = principal;
      await endSessionOf(db, principal, { id, username }, request.params.session);
      return reply.code(204).send(null);
    },
  });

  api.put('/session/password', {
    config: {
      permission: 'session.own',
      refuses: [...ofDoors, ...ofNewPasswords, 'SIGN_IN_REFUSED', 'ACCOUNT_LOCKED', 'ACCOUNT_ELSEWHERE'],
    },
    schema: {
      tags,
      summary: "Changes one's own password; every other session of the account ends",
      body: changePasswordSchema,
      response: { 204: z.null() },
    },
    handler: async (request, reply) => {
      const principal = principalOf(request);
      const { current, password } = request.body;
      if (!principal.hasPassword) throw signsInElsewhere(principal.name);
      const credentials = { username: principal.name, password: current };
      const proved = await attempts.attempt(
        request.ip,
        () => checkCredentials(db, credentials, request.ip),
        (found) => found === null,
      );
      // Not as an expired session: whoever mistypes stays signed in.
      if (proved === null) throw wrongPassword();
      await changeOwnPassword(db, principal, password);
      return reply.code(204).send(null);
    },
  });

  api.post('/password-link', {
    config: {
      permission: 'anonymous',
      refuses: [...ofDoors, ...ofNewPasswords, 'PASSWORD_LINK_INVALID', 'CONSOLE_LOCKED'],
    },
    schema: {
      tags,
      security: [],
      summary: 'Chooses a password with a one-time link; every session of the account ends',
      body: choosePasswordSchema,
      response: { 204: z.null() },
    },
    handler: async (request, reply) => {
      const chosen = await attempts.attempt(
        request.ip,
        () => choosePassword(db, request.body, request.ip),
        (done) => !done,
      );
      if (!chosen) throw new SealiftError('PASSWORD_LINK_INVALID', { place: 'body.token' });
      return reply.code(204).send(null);
    },
  });
}

/** Where a session of a request is started from. */
export function placeOf(request: FastifyRequest): SessionPlace {
  return { address: request.ip, agent: request.headers['user-agent'] ?? '' };
}

function wrongPassword(): SealiftError {
  const reason = 'it is not the password of now';
  return new SealiftError('INPUT_INVALID', { place: 'body.current', values: { what: 'the password', reason } });
}

function sessionOf(principal: Principal): Session {
  const { name: username, role, hasPassword, expiresAt } = principal;
  return { username, role, hasPassword, expiresAt: expiresAt.toISOString() };
}
