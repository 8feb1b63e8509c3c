import { entrySchema, signOnRequestSchema, type SignOnView, signOnViewSchema } from '@sealift/core/api';
import { asSealiftError, type SealiftError } from '@sealift/core/errors';
import type { LoginAttempts } from '@sealift/registry/login-attempts';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { setSessionCookie } from '../accounts/session-cookie.ts';
import { placeOf } from '../accounts/session-routes.ts';
import { startSession } from '../accounts/sessions.ts';
import { readPolicy } from '../access-policy/policy.ts';
import { recordAudit } from '../audit/audit-log.ts';
import type { ApiScope } from '../http/api-scope.ts';
import { siteBodyBytes } from '../http/body-limits.ts';
import { seenRevision, tagOf } from '../http/if-match.ts';
import { ofDoors } from '../http/refusals.ts';
import { principalOf } from '../http/request-context.ts';
import { SecretKey, type SecretKeyPlace } from '../site/secret-key.ts';
import type { Db } from '../store/store.ts';
import { changeSignOn, forgetSignOn } from './change-settings.ts';
import { clearFlowCookie, readFlowCookie, setFlowCookie } from './flow-cookie.ts';
import { accountOf, refused, roleOf } from './person.ts';
import { callbackPath, SignOn } from './sign-on.ts';
import { readSignOn } from './stored-settings.ts';

const tags = ['access'];
const what = 'single sign-on';

/** What the sign-in page shows, signing in at a provider of OpenID Connect, and its settings. */
export function signOnRoutes(api: ApiScope, db: Db, key: SecretKeyPlace, attempts: LoginAttempts): void {
  settingsRoutes(api, db, key);
  const signOn = new SignOn(db, key);

  api.get('/entry', {
    config: { permission: 'anonymous' },
    schema: {
      tags,
      security: [],
      summary: 'What the sign-in page shows: the login banner, and single sign-on where it is set up',
      response: { 200: entrySchema },
    },
    handler: async () => {
      const { banner } = await readPolicy(db);
      const { settings } = await readSignOn(db);
      return { banner, singleSignOn: settings === null ? null : { label: settings.label } };
    },
  });

  api.get('/single-sign-on/start', {
    config: { permission: 'anonymous', sends: ['location', 'set-cookie'] },
    schema: {
      tags,
      security: [],
      summary: 'Leads the browser to the provider; where that fails back to the sign-in page, with a code',
      response: { 303: z.null() },
    },
    handler: async (request, reply) => {
      try {
        const { url, flow } = await signOn.begin();
        setFlowCookie(request, reply, await SecretKey.open(key), flow);
        return reply.redirect(url.href, 303);
      } catch (error) {
        return toSignIn(reply, asSealiftError(error));
      }
    },
  });

  api.get('/single-sign-on/callback', {
    config: { permission: 'anonymous', sends: ['location', 'set-cookie'], refuses: [...ofDoors] },
    schema: {
      tags,
      security: [],
      summary:
        'Where the provider leads the browser back to: starts a session, or leads to the sign-in page with a code',
      response: { 303: z.null() },
    },
    handler: async (request, reply) => {
      const flow = readFlowCookie(request, await SecretKey.open(key));
      clearFlowCookie(request, reply);
      const query = request.raw.url?.split('?', 2)[1] ?? '';
      // One door with the others: who tries made-up answers waits.
      const outcome = await attempts.attempt(
        request.ip,
        () => enter(flow, query, request.ip),
        (found) => 'failure' in found && found.failure.code === 'SIGN_ON_REFUSED',
      );
      if ('failure' in outcome) return toSignIn(reply, outcome.failure);
      const { secret } = await startSession(db, outcome.account, placeOf(request));
      setSessionCookie(request, reply, secret);
      return reply.redirect('/', 303);
    },
  });

  async function enter(flow: ReturnType<typeof readFlowCookie>, query: string, address: string) {
    let subject = '(unknown)';
    try {
      if (flow === undefined) throw refused('this browser has begun none, or too long ago');
      const { person, settings } = await signOn.finish(flow, query);
      subject = person.username;
      return { account: await accountOf(db, person, roleOf(person.groups, settings), address) };
    } catch (error) {
      const failure = asSealiftError(error);
      const deed = { action: 'session.refused', subject, details: { code: failure.code, reason: failure.message } };
      await db.transaction().execute((trx) => recordAudit(trx, { name: subject, address }, deed));
      return { failure };
    }
  }
}

function settingsRoutes(api: ApiScope, db: Db, key: SecretKeyPlace): void {
  const view = async (reply: FastifyReply) => {
    const { revision, settings, changedBy, changedAt } = await readSignOn(db);
    const shown: SignOnView = {
      revision,
      settings,
      changedBy,
      changedAt: changedAt?.toISOString() ?? null,
      callbackPath,
    };
    return reply.header('etag', tagOf(revision)).send(shown);
  };

  api.get('/single-sign-on', {
    config: { permission: 'single-sign-on.read', sends: ['etag'] },
    schema: { tags, summary: 'How people sign in at a provider', response: { 200: signOnViewSchema } },
    handler: async (_request, reply) => await view(reply),
  });

  api.put('/single-sign-on', {
    bodyLimit: siteBodyBytes,
    config: { permission: 'single-sign-on.change', ifMatch: 'needed', sends: ['etag'] },
    schema: {
      tags,
      summary: 'Asks the provider, and stores how people sign in there; needs If-Match',
      body: signOnRequestSchema,
      response: { 200: signOnViewSchema },
    },
    handler: async (request, reply) => {
      const revision = seenRevision(request, what);
      await changeSignOn({ db, key }, principalOf(request), revision, request.body);
      return await view(reply);
    },
  });

  api.delete('/single-sign-on', {
    config: { permission: 'single-sign-on.change', ifMatch: 'needed' },
    schema: {
      tags,
      summary: 'Ends single sign-on, and the sessions of those who signed in by it; needs If-Match',
      response: { 204: z.null() },
    },
    handler: async (request, reply) => {
      await forgetSignOn(db, principalOf(request), seenRevision(request, what));
      return reply.code(204).send(null);
    },
  });
}

/** The page says what a code means; what the provider said is in the audit log, not in an address. */
function toSignIn(reply: FastifyReply, { code }: SealiftError): FastifyReply {
  return reply.redirect(`/sign-in?problem=${code}`, 303);
}
