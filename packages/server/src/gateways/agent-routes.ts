import {
  gatewayMarkerSchema,
  gatewayOrdersSchema,
  gatewayRegisteredSchema,
  gatewayRegistrationSchema,
  gatewayReportSchema,
  gatewaySelfSchema,
  gatewayWaitSchema,
} from '@sealift/core/api';
import { digestSchema } from '@sealift/core/digest';
import { SealiftError } from '@sealift/core/errors';
import type { LoginAttempts } from '@sealift/registry/login-attempts';
import { z } from 'zod';
import type { ApiScope } from '../http/api-scope.ts';
import { anonymousBodyBytes } from '../http/body-limits.ts';
import { ofDoors } from '../http/refusals.ts';
import { gatewayOf } from '../http/request-context.ts';
import type { EventBus } from '../notify/event-bus.ts';
import type { Db } from '../store/store.ts';
import type { GatewayExecutables } from './executables.ts';
import { registerGateway } from './register.ts';
import { contentDigestOf } from './signed-by.ts';
import { takeReport } from './take-report.ts';
import type { GatewayWaiters } from './waiters.ts';

const tags = ['gateway agents'];
const security: [] = [];
const longestWaitSeconds = 55;

/** What the agent routes work with. */
export interface AgentServices {
  readonly db: Db;
  readonly events: EventBus;
  readonly waiters: GatewayWaiters;
  readonly executables: GatewayExecutables;
}

/**
 * What gateways themselves ask; each but the first signed by the key that the gateway registered with. Call it on a scope of its own: bodies are
 * compared with the digest that was signed before anything reads them.
 */
export function agentRoutes(api: ApiScope, services: AgentServices, attempts: LoginAttempts): void {
  const { db, events, waiters, executables } = services;
  // Waits end by themselves in a minute; the console does not wait for that when it closes.
  api.addHook('preClose', () => {
    waiters.close();
    return Promise.resolve();
  });
  api.removeContentTypeParser('application/json');
  api.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const { gateway } = request;
    if (gateway !== null && gateway.contentDigest !== contentDigestOf(body)) {
      done(new SealiftError('GATEWAY_BODY_OTHER', { values: { name: gateway.name } }));
      return;
    }
    try {
      done(null, JSON.parse(body.toString('utf8')));
    } catch {
      const values = { what: 'the request', reason: 'it is not JSON' };
      done(new SealiftError('INPUT_INVALID', { place: 'body', values }));
    }
  });

  api.post('/gateway/registration', {
    config: { permission: 'anonymous', whileLocked: true, refuses: [...ofDoors, 'GATEWAY_TOKEN_REFUSED'] },
    schema: {
      tags,
      security,
      summary: 'Registers a gateway with a one-time token and the public key that it has made',
      body: gatewayRegistrationSchema,
      response: { 201: gatewayRegisteredSchema },
    },
    handler: async (request, reply) => {
      const registered = await attempts.attempt(
        request.ip,
        () => registerGateway(db, request.body, request.ip),
        (made) => made === null,
      );
      if (registered === null) throw new SealiftError('GATEWAY_TOKEN_REFUSED', { place: 'body.token' });
      events.publish({ kind: 'gateways', subject: registered.name });
      return reply.code(201).send(registered);
    },
  });

  api.get('/gateway/self', {
    config: { permission: 'gateway' },
    schema: { tags, security, summary: 'Which gateway signs', response: { 200: gatewaySelfSchema } },
    handler: (request) => {
      const { id, name, site } = gatewayOf(request);
      return { id, name, site };
    },
  });

  api.post('/gateway/report', {
    bodyLimit: anonymousBodyBytes,
    config: { permission: 'gateway', whileLocked: true, refuses: ['GATEWAY_REPLAYED'] },
    schema: {
      tags,
      security,
      summary: 'Takes what a gateway says of itself, and says what it is to run',
      body: gatewayReportSchema,
      response: { 200: gatewayOrdersSchema },
    },
    handler: (request) => takeReport(db, events, gatewayOf(request), request.body),
  });

  api.get('/gateway/wait', {
    config: { permission: 'gateway', refuses: ['GATEWAY_WAITING_LIMIT'] },
    schema: {
      tags,
      security,
      summary: 'Answers when gateways are to report before their time, or when the seconds are over',
      querystring: z.object({
        revision: z.coerce.number().int().min(0),
        seconds: z.coerce.number().int().min(1).max(longestWaitSeconds),
      }),
      response: { 200: gatewayWaitSchema },
    },
    handler: async (request) => {
      const { revision: known, seconds } = request.query;
      const gone = new AbortController();
      request.raw.once('close', () => gone.abort());
      const waiting = waiters.wait(gatewayOf(request).id, seconds, gone.signal);
      // Asked after the waiting has begun, so that no word falls between.
      const { revision } = await db.selectFrom('gateway_rollout').select('revision').executeTakeFirstOrThrow();
      if (revision === known) return await waiting;
      gone.abort();
      await waiting;
      return { told: true, withinSeconds: 0 };
    },
  });

  api.get('/gateway/releases/:digest', {
    config: { permission: 'gateway' },
    schema: {
      tags,
      security,
      summary: 'A release marker as it was signed',
      params: z.object({ digest: digestSchema }),
      response: { 200: gatewayMarkerSchema },
    },
    handler: async (request) => {
      const { digest } = request.params;
      const row = await db
        .selectFrom('catalogue_release')
        .select(['manifest', 'release', 'signature'])
        .where('digest', '=', digest)
        .executeTakeFirst();
      if (row === undefined) throw new SealiftError('NOT_FOUND', { values: { what: 'release', name: digest } });
      return row;
    },
  });

  api.get('/gateway/executables/:sha256', {
    config: {
      permission: 'gateway',
      sends: ['content-length'],
      refuses: ['GATEWAY_EXECUTABLE_UNKNOWN', 'GATEWAY_WAITING_LIMIT'],
    },
    schema: {
      tags,
      security,
      summary: 'The executable that gateways are to run, from a byte on',
      params: z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
      querystring: z.object({ from: z.coerce.number().int().min(0).default(0) }),
      produces: ['application/octet-stream'],
      response: { 200: z.any().describe('application/octet-stream') },
    },
    handler: async (request, reply) => {
      const { bytes, sizeBytes } = await executables.open(db, request.params.sha256, request.query.from);
      // Gone while it was opened: nobody would end it.
      if (request.raw.destroyed) bytes.destroy();
      return reply.type('application/octet-stream').header('content-length', sizeBytes).send(bytes);
    },
  });
}
