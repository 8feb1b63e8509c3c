import {
  createdInviteSchema,
  gatewayInviteRequestSchema,
  gatewayListSchema,
  gatewayRolloutRequestSchema,
  pauseRequestSchema,
  resumeRequestSchema,
} from '@sealift/core/api';
import { gatewayNameSchema } from '@sealift/core/gateway';
import { z } from 'zod';
import type { ApiScope } from '../http/api-scope.ts';
import { ofReleases } from '../http/refusals.ts';
import { principalOf } from '../http/request-context.ts';
import type { EventBus } from '../notify/event-bus.ts';
import { change, changeWhile } from '../store/change.ts';
import type { Db } from '../store/store.ts';
import { pauseGateways, removeGateway, resumeGateways, retryGateways } from './hold.ts';
import { inviteGateway, withdrawInvite } from './invites.ts';
import { listGateways } from './list.ts';
import { startRollout } from './rollout.ts';
import { toldSubject } from './tell.ts';

const tags = ['gateways'];
const byName = z.object({ name: gatewayNameSchema });
/** An upgrade may wait for one that is held, has failed or has to register again: then a person has to have a way on. */
const mayChange = { permission: 'gateways.change', whileLocked: true } as const;

/** What people do with gateways. */
export function gatewayRoutes(api: ApiScope, db: Db, events: EventBus): void {
  const told = (subject: string): void => events.publish({ kind: 'gateways', subject });

  api.get('/gateways', {
    config: { permission: 'gateways.read' },
    schema: {
      tags,
      summary: 'A page of the gateways by name, and how each stands',
      querystring: z.object({ after: z.string().max(128).default('') }),
      response: { 200: gatewayListSchema },
    },
    handler: (request) => listGateways(db, { after: request.query.after }),
  });

  api.post('/gateways/invites', {
    config: { ...mayChange, once: 'answer-dropped', refuses: ['GATEWAY_INVITES_LIMIT'] },
    schema: {
      tags,
      summary: 'Lets a gateway register once, within a day; the only time the token is shown',
      body: gatewayInviteRequestSchema,
      response: { 201: createdInviteSchema },
    },
    handler: async (request, reply) => {
      const made = await changeWhile(db, true, (trx) => inviteGateway(trx, principalOf(request), request.body));
      told(made.name);
      return reply.code(201).send(made);
    },
  });

  api.delete('/gateways/invites/:name', {
    config: mayChange,
    schema: {
      tags,
      summary: 'Withdraws an invitation that was not used',
      params: byName,
      response: { 204: z.null() },
    },
    handler: async (request, reply) => {
      const { name } = request.params;
      await changeWhile(db, true, (trx) => withdrawInvite(trx, principalOf(request), name));
      told(name);
      return reply.code(204).send(null);
    },
  });

  api.post('/gateways/pause', {
    config: { ...mayChange, once: 'answer-kept', refuses: ['NOT_FOUND'] },
    schema: {
      tags,
      summary: 'Holds one gateway, those of a site, or all at their version',
      body: pauseRequestSchema,
      response: { 200: gatewayListSchema },
    },
    handler: async (request) => {
      const { paused, reason } = request.body;
      await pauseGateways(db, principalOf(request), paused, reason);
      told('pause');
      return await listGateways(db);
    },
  });

  api.post('/gateways/resume', {
    config: { ...mayChange, once: 'answer-kept', refuses: ['NOT_FOUND'] },
    schema: {
      tags,
      summary: 'Ends a pause; what another level holds stays held',
      body: resumeRequestSchema,
      response: { 200: gatewayListSchema },
    },
    handler: async (request) => {
      await resumeGateways(db, principalOf(request), request.body.paused);
      told(toldSubject);
      return await listGateways(db);
    },
  });

  api.post('/gateways/rollout', {
    config: {
      permission: 'gateways.change',
      once: 'answer-kept',
      refuses: [...ofReleases, 'GATEWAY_RELEASE_WITHOUT', 'GATEWAY_RELEASE_EXECUTABLE'],
    },
    schema: {
      tags,
      summary: 'Has gateways go to what a release brings before it is installed, on the first hundredth of them first',
      body: gatewayRolloutRequestSchema,
      response: { 200: gatewayListSchema },
    },
    handler: async (request) => {
      const { release } = request.body;
      await change(db, (trx) => startRollout(trx, principalOf(request), release));
      told(toldSubject);
      return await listGateways(db);
    },
  });

  api.post('/gateways/retry', {
    config: { ...mayChange, once: 'answer-kept' },
    schema: {
      tags,
      summary: 'Has a version that gateways went back from tried again, on the first hundredth of them first',
      response: { 200: gatewayListSchema },
    },
    handler: async (request) => {
      await retryGateways(db, principalOf(request));
      told(toldSubject);
      return await listGateways(db);
    },
  });

  api.delete('/gateways/:name', {
    config: mayChange,
    schema: {
      tags,
      summary: 'Forgets a gateway: nothing that it signs is taken any more',
      params: byName,
      response: { 204: z.null() },
    },
    handler: async (request, reply) => {
      await removeGateway(db, principalOf(request), request.params.name);
      told(toldSubject);
      return reply.code(204).send(null);
    },
  });
}
