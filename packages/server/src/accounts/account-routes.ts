import {
  accountChangeSchema,
  accountListSchema,
  accountRequestSchema,
  accountSchema,
  accountWithLinkSchema,
  sessionListSchema,
} from '@sealift/core/api';
import { z } from 'zod';
import type { ApiScope } from '../http/api-scope.ts';
import { seenRevision, tagOf } from '../http/if-match.ts';
import { principalOf } from '../http/request-context.ts';
import { change } from '../store/change.ts';
import type { Db } from '../store/store.ts';
import { accountView, listAccounts, loadAccount } from './account-list.ts';
import {
  changeAccount,
  createAccount,
  endSessionsOf,
  refuseOfRoot,
  removeAccount,
  resetPassword,
} from './manage-accounts.ts';
import { endSessionOf, listSessions } from './sessions.ts';

const tags = ['accounts'];
const byId = z.object({ id: z.string().max(64) });
const what = 'the account';

/** Accounts and their roles, sessions and one-time links, for whoever manages them. */
export function accountRoutes(api: ApiScope, db: Db): void {
  api.get('/accounts', {
    config: { permission: 'accounts.read' },
    schema: { tags, summary: 'Every account, by name', response: { 200: accountListSchema } },
    handler: async () => ({ accounts: await listAccounts(db) }),
  });

  api.post('/accounts', {
    config: {
      permission: 'accounts.change',
      once: 'answer-dropped',
      refuses: ['ACCOUNT_EXISTS', 'ACCOUNT_LIMIT', 'ACCOUNT_OF_ROOT'],
    },
    schema: {
      tags,
      summary: 'Makes an account, and a one-time link by which its owner chooses a password',
      body: accountRequestSchema,
      response: { 201: accountWithLinkSchema },
    },
    handler: async (request, reply) => {
      const { id, link } = await change(db, (trx) => createAccount(trx, principalOf(request), request.body));
      return reply.code(201).send({ account: await accountView(db, id), link });
    },
  });

  api.get('/accounts/:id', {
    config: { permission: 'accounts.read', sends: ['etag'] },
    schema: { tags, summary: 'One account', params: byId, response: { 200: accountSchema } },
    handler: async (request, reply) => {
      const account = await accountView(db, request.params.id);
      return reply.header('etag', tagOf(account.revision)).send(account);
    },
  });

  api.put('/accounts/:id', {
    config: {
      permission: 'accounts.change',
      ifMatch: 'needed',
      sends: ['etag'],
      refuses: ['ACCOUNT_ELSEWHERE', 'ACCOUNT_OF_ROOT', 'ACCOUNT_OWN', 'LAST_ROOT'],
    },
    schema: {
      tags,
      summary: 'Gives an account a role, disables it or lets it sign in again; needs If-Match',
      params: byId,
      body: accountChangeSchema,
      response: { 200: accountSchema },
    },
    handler: async (request, reply) => {
      const { id } = request.params;
      const seen = { id, revision: seenRevision(request, what) };
      await change(db, (trx) => changeAccount(trx, principalOf(request), seen, request.body));
      const account = await accountView(db, id);
      return reply.header('etag', tagOf(account.revision)).send(account);
    },
  });

  api.delete('/accounts/:id', {
    config: {
      permission: 'accounts.change',
      ifMatch: 'needed',
      refuses: ['ACCOUNT_OF_ROOT', 'ACCOUNT_OWN', 'LAST_ROOT'],
    },
    schema: {
      tags,
      summary: 'Removes an account with its sessions and API tokens; needs If-Match',
      params: byId,
      response: { 204: z.null() },
    },
    handler: async (request, reply) => {
      const seen = { id: request.params.id, revision: seenRevision(request, what) };
      await change(db, (trx) => removeAccount(trx, principalOf(request), seen));
      return reply.code(204).send(null);
    },
  });

  api.post('/accounts/:id/password-link', {
    config: {
      permission: 'accounts.change',
      once: 'answer-dropped',
      refuses: ['ACCOUNT_ELSEWHERE', 'ACCOUNT_OF_ROOT'],
    },
    schema: {
      tags,
      summary: 'A one-time link by which the owner of an account chooses a new password',
      params: byId,
      response: { 201: accountWithLinkSchema },
    },
    handler: async (request, reply) => {
      const { id } = request.params;
      const link = await change(db, (trx) => resetPassword(trx, principalOf(request), id));
      return reply.code(201).send({ account: await accountView(db, id), link });
    },
  });

  api.get('/accounts/:id/sessions', {
    config: { permission: 'accounts.read' },
    schema: { tags, summary: 'The sessions of an account', params: byId, response: { 200: sessionListSchema } },
    handler: async (request) => {
      const { id } = await loadAccount(db, request.params.id);
      return { sessions: await listSessions(db, id, principalOf(request)) };
    },
  });

  api.delete('/accounts/:id/sessions', {
    config: { permission: 'accounts.change', whileLocked: true, refuses: ['ACCOUNT_OF_ROOT'] },
    schema: { tags, summary: 'Ends every session of an account', params: byId, response: { 204: z.null() } },
    handler: async (request, reply) => {
      await db.transaction().execute((trx) => endSessionsOf(trx, principalOf(request), request.params.id));
      return reply.code(204).send(null);
    },
  });

  api.delete('/accounts/:id/sessions/:session', {
    config: { permission: 'accounts.change', whileLocked: true, refuses: ['ACCOUNT_OF_ROOT'] },
    schema: {
      tags,
      summary: 'Ends one session of an account',
      params: byId.extend({ session: z.string().max(64) }),
      response: { 204: z.null() },
    },
    handler: async (request, reply) => {
      const principal = principalOf(request);
      const account = await loadAccount(db, request.params.id);
      if (account.id !== principal.accountId) refuseOfRoot(principal, account.role);
      await endSessionOf(db, principal, account, request.params.session);
      return reply.code(204).send(null);
    },
  });
}
