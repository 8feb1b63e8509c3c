import { SealiftError } from '@sealift/core/errors';
import { cloudEvent, mailText, type Notification } from '@sealift/core/notification';
import type { SecretKeyPlace } from '../../site/secret-key.ts';
import type { Db } from '../../store/store.ts';
import { openMailServer } from '../settings/mail-server.ts';
import { allowedFor, readNotificationPolicy } from '../settings/policy.ts';
import { findSubscription, openWebhookKey, subscriptionOf } from '../settings/subscriptions.ts';
import type { FindAddresses } from './guarded-lookup.ts';
import { sendMail } from './send-mail.ts';
import { sendWebhook } from './send-webhook.ts';

/** What sending needs. */
export interface SendingParts {
  readonly db: Db;
  readonly secretKey: SecretKeyPlace;
  /** Finds the addresses of webhooks in the place of the system. */
  readonly find?: FindAddresses | undefined;
}

/**
 * Sends a notification to one place of a subscription, by the settings that hold now.
 *
 * @param recipient the mailbox; null for a webhook
 * @returns what the other side answered
 * @throws WEBHOOK_…, MAIL_…, SECRET_KEY_…, RECORD_DAMAGED, NOT_FOUND
 */
export async function sendTo(
  { db, secretKey, find }: SendingParts,
  to: { readonly subscription: string; readonly recipient: string | null },
  notification: Notification,
  cancel?: AbortSignal,
): Promise<string> {
  const row = await findSubscription(db, to.subscription);
  const { target } = subscriptionOf(row);
  const policy = await readNotificationPolicy(db);
  const { id } = notification;
  if (target.via === 'mail') {
    if (to.recipient === null || !target.to.includes(to.recipient)) throw gone(row.name);
    const mail = mailText(notification, policy.consoleUrl);
    return await sendMail({ ...(await openMailServer({ db, secretKey })), to: to.recipient, id, mail, cancel });
  }
  if (to.recipient !== null) throw gone(row.name);
  const url = new URL(target.url);
  const { local } = allowedFor(url, policy);
  const key = await openWebhookKey(secretKey, row);
  const body = JSON.stringify(cloudEvent(notification, policy.consoleUrl));
  return await sendWebhook({ url, ca: target.ca, key, local, id, body, cancel, find });
}

/** The place was taken out of the subscription since. */
function gone(name: string): SealiftError {
  return new SealiftError('NOT_FOUND', { values: { what: 'place of the delivery in the subscription', name } });
}
