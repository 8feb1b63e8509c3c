import {
  changedSubscriptionSchema,
  deliveryListSchema,
  deliveryQuerySchema,
  deliverySchema,
  mailServerRequestSchema,
  mailServerSchema,
  mailTestRequestSchema,
  notificationPolicyRequestSchema,
  notificationPolicySchema,
  notificationsSchema,
  notificationTestSchema,
  subscriptionRequestSchema,
} from '@sealift/core/api';
import { z } from 'zod';
import type { ApiScope } from '../http/api-scope.ts';
import { siteBodyBytes } from '../http/body-limits.ts';
import { seenRevision } from '../http/if-match.ts';
import { principalOf } from '../http/request-context.ts';
import type { EventBus } from '../notify/event-bus.ts';
import type { SendingParts } from './deliver/attempt.ts';
import { listDeliveries, retryDelivery } from './deliveries.ts';
import { notificationsOverview, subscriptionView } from './overview.ts';
import { testMailServer, testSubscription } from './send-test.ts';
import { changeMailServer, forgetMailServer, readMailServer } from './settings/mail-server.ts';
import { changeNotificationPolicy, readNotificationPolicy } from './settings/policy.ts';
import { addSubscription, type Changed, changeSubscription, removeSubscription } from './settings/subscriptions.ts';

const tags = ['notifications'];
const params = z.object({ id: z.string().max(64) });
const changes = { permission: 'notifications.change' } as const;
/** What sends, and changes nothing of the platform. */
const sends = { ...changes, whileLocked: true } as const;

/** Who is told of what: webhooks and mail. */
export function notificationRoutes(api: ApiScope, parts: SendingParts, events: EventBus): void {
  const { db } = parts;
  const tell = () => events.publish({ kind: 'notifications', subject: 'settings' });

  api.get('/notifications', {
    config: { permission: 'notifications.read' },
    schema: {
      tags,
      summary: 'Who is told of what, the mail server without its password, and where webhooks may go',
      response: { 200: notificationsSchema },
    },
    handler: () => notificationsOverview(db),
  });

  api.put('/notifications/policy', {
    config: { permission: 'notifications.allow', ifMatch: 'needed' },
    schema: {
      tags,
      summary: 'Sets where webhooks may go, and how people reach this console; needs If-Match',
      body: notificationPolicyRequestSchema,
      response: { 200: notificationPolicySchema },
    },
    handler: async (request) => {
      const seen = seenRevision(request, 'where webhooks may go');
      await changeNotificationPolicy(db, principalOf(request), seen, request.body);
      tell();
      return await readNotificationPolicy(db);
    },
  });

  mailServerRoutes(api, parts, tell);
  subscriptionRoutes(api, parts, tell);

  api.get('/notifications/deliveries', {
    config: { permission: 'notifications.read' },
    schema: {
      tags,
      summary: 'What was sent, waits or was given up, newest first, each with the last answer',
      querystring: deliveryQuerySchema,
      response: { 200: deliveryListSchema },
    },
    handler: (request) => listDeliveries(db, request.query),
  });

  api.post('/notifications/deliveries/:id/retry', {
    config: { ...sends, once: 'answer-kept', refuses: ['DELIVERY_DONE'] },
    schema: {
      tags,
      summary: 'Has a delivery tried again now, and for another day',
      params,
      response: { 202: deliverySchema },
    },
    handler: async (request, reply) => {
      const delivery = await retryDelivery(db, principalOf(request), request.params.id, new Date());
      events.publish({ kind: 'notifications', subject: 'retry' });
      return reply.code(202).send(delivery);
    },
  });
}

function mailServerRoutes(api: ApiScope, parts: SendingParts, tell: () => void): void {
  const { db } = parts;
  const what = 'the mail server';

  api.put('/notifications/mail-server', {
    bodyLimit: siteBodyBytes,
    config: { ...changes, ifMatch: 'needed' },
    schema: {
      tags,
      summary: 'Sets the mail server; needs If-Match',
      body: mailServerRequestSchema,
      response: { 200: mailServerSchema },
    },
    handler: async (request) => {
      await changeMailServer(parts, principalOf(request), seenRevision(request, what), request.body);
      tell();
      return await readMailServer(db);
    },
  });

  api.delete('/notifications/mail-server', {
    config: { ...changes, ifMatch: 'needed' },
    schema: { tags, summary: 'Forgets the mail server; needs If-Match', response: { 204: z.null() } },
    handler: async (request, reply) => {
      await forgetMailServer(db, principalOf(request), seenRevision(request, what));
      tell();
      return reply.code(204).send(null);
    },
  });

  api.post('/notifications/mail-server/test', {
    config: { ...sends, once: 'answer-kept', refuses: ['MAIL_SERVER_MISSING'] },
    schema: {
      tags,
      summary: 'Sends a test mail now, and tells what the server answered',
      body: mailTestRequestSchema,
      response: { 200: notificationTestSchema },
    },
    handler: async (request) => ({ answer: await testMailServer(parts, principalOf(request), request.body.to) }),
  });
}

function subscriptionRoutes(api: ApiScope, parts: SendingParts, tell: () => void): void {
  const { db } = parts;
  const shown = async ({ id, newKey }: Changed) => ({ subscription: await subscriptionView(db, id), newKey });

  api.post('/notifications/subscriptions', {
    bodyLimit: siteBodyBytes,
    config: { ...changes, once: 'answer-dropped', refuses: ['WEBHOOK_ADDRESS_NOT_ALLOWED'] },
    schema: {
      tags,
      summary: 'Has somebody, or a program, told; the key that its requests are signed with is told this once',
      body: subscriptionRequestSchema,
      response: { 201: changedSubscriptionSchema },
    },
    handler: async (request, reply) => {
      const added = await addSubscription(parts, principalOf(request), request.body);
      tell();
      return reply.code(201).send(await shown(added));
    },
  });

  api.put('/notifications/subscriptions/:id', {
    bodyLimit: siteBodyBytes,
    config: { ...changes, ifMatch: 'needed', refuses: ['WEBHOOK_ADDRESS_NOT_ALLOWED'] },
    schema: {
      tags,
      summary: 'Changes what is told, and where to; needs If-Match',
      params,
      body: subscriptionRequestSchema,
      response: { 200: changedSubscriptionSchema },
    },
    handler: async (request) => {
      const seen = { id: request.params.id, revision: seenRevision(request, 'the subscription') };
      const changed = await changeSubscription(parts, principalOf(request), seen, request.body);
      tell();
      return await shown(changed);
    },
  });

  api.delete('/notifications/subscriptions/:id', {
    config: { ...changes, ifMatch: 'needed' },
    schema: { tags, summary: 'Tells it no more; what waits for it is dropped', params, response: { 204: z.null() } },
    handler: async (request, reply) => {
      await removeSubscription(db, principalOf(request), request.params.id);
      tell();
      return reply.code(204).send(null);
    },
  });

  api.post('/notifications/subscriptions/:id/test', {
    config: {
      ...sends,
      once: 'answer-kept',
      refuses: ['WEBHOOK_ADDRESS_NOT_ALLOWED', 'WEBHOOK_ADDRESS_LOCAL', 'MAIL_SERVER_MISSING'],
    },
    schema: {
      tags,
      summary: 'Sends a test event now, and tells what the other side answered',
      params,
      response: { 200: notificationTestSchema },
    },
    handler: async (request) => ({ answer: await testSubscription(parts, principalOf(request), request.params.id) }),
  });
}
