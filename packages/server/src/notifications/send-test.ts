import { randomUUID } from 'node:crypto';
import { mailText, newsOfTest, type Notification } from '@sealift/core/notification';
import type { Actor } from '../audit/actor.ts';
import { recordAudit } from '../audit/audit-log.ts';
import { type SendingParts, sendTo } from './deliver/attempt.ts';
import { sendMail } from './deliver/send-mail.ts';
import { openMailServer } from './settings/mail-server.ts';
import { readNotificationPolicy } from './settings/policy.ts';
import { findSubscription, subscriptionOf } from './settings/subscriptions.ts';

/** Sends a test to each place of a subscription, now. @returns what was answered @throws the first failure, as `sendTo` */
export async function testSubscription(parts: SendingParts, actor: Actor, id: string): Promise<string> {
  const row = await findSubscription(parts.db, id);
  const { target } = subscriptionOf(row);
  await audit(parts, actor, row.name);
  const test = testOf(actor);
  if (target.via === 'webhook') return await sendTo(parts, { subscription: id, recipient: null }, test);
  const answers: string[] = [];
  for (const recipient of target.to) {
    answers.push(`${recipient}: ${await sendTo(parts, { subscription: id, recipient }, test)}`);
  }
  return answers.join('\n');
}

/** Sends a test to a mailbox, whoever is subscribed. @returns what the server answered @throws MAIL_…, SECRET_KEY_… */
export async function testMailServer(parts: SendingParts, actor: Actor, to: string): Promise<string> {
  const server = await openMailServer(parts);
  const { consoleUrl } = await readNotificationPolicy(parts.db);
  await audit(parts, actor, to);
  const test = testOf(actor);
  return await sendMail({ ...server, to, id: test.id, mail: mailText(test, consoleUrl) });
}

function testOf(actor: Actor): Notification {
  return { id: randomUUID(), at: new Date().toISOString(), ...newsOfTest(actor.name) };
}

async function audit({ db }: SendingParts, actor: Actor, subject: string): Promise<void> {
  await db.transaction().execute((trx) => recordAudit(trx, actor, { action: 'notifications.test', subject }));
}
