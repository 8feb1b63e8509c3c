import {
  type NotificationPolicy,
  type NotificationPolicyRequest,
  notificationPolicyRequestSchema,
} from '@sealift/core/api';
import { canonicalJson } from '@sealift/core/canonical-json';
import { SealiftError } from '@sealift/core/errors';
import { z } from 'zod';
import type { Actor } from '../../audit/actor.ts';
import { recordAudit } from '../../audit/audit-log.ts';
import { recordChanged } from '../../http/if-match.ts';
import { change } from '../../store/change.ts';
import type { Db } from '../../store/store.ts';
import { storedJson } from '../../store/stored-json.ts';

const documentSchema = notificationPolicyRequestSchema.extend({ format: z.literal(1) });

/** Where webhooks may go, and how people reach the console. @throws RECORD_DAMAGED */
export async function readNotificationPolicy(db: Db): Promise<NotificationPolicy> {
  const row = await db.selectFrom('notification_policy').selectAll().executeTakeFirstOrThrow();
  const { revision, document, changed_by: changedBy, changed_at: changedAt } = row;
  const stored =
    document === null
      ? { consoleUrl: null, allowed: [] }
      : storedJson('where webhooks may go', document, documentSchema);
  const { consoleUrl, allowed } = stored;
  return { revision, consoleUrl, allowed, changedBy, changedAt: changedAt?.toISOString() ?? null };
}

/** @throws INPUT_INVALID, RECORD_CHANGED, CONSOLE_LOCKED */
export async function changeNotificationPolicy(
  db: Db,
  actor: Actor,
  revision: number,
  request: NotificationPolicyRequest,
): Promise<void> {
  const origins = request.allowed.map(({ origin }) => origin);
  const twice = origins.find((origin, index) => origins.indexOf(origin) !== index);
  if (twice !== undefined) {
    const reason = `${twice} is named twice`;
    throw new SealiftError('INPUT_INVALID', { place: 'body.allowed', values: { what: 'the addresses', reason } });
  }
  await change(db, async (trx) => {
    const held = await trx.selectFrom('notification_policy').select('revision').forUpdate().executeTakeFirstOrThrow();
    if (held.revision !== revision) throw recordChanged('where webhooks may go');
    const { consoleUrl, allowed } = await readNotificationPolicy(trx);
    await trx
      .updateTable('notification_policy')
      .set({
        revision: revision + 1,
        document: canonicalJson({ format: 1, ...request }),
        changed_by: actor.name,
        changed_at: new Date(),
      })
      .execute();
    const details = { before: { consoleUrl, allowed }, after: request };
    await recordAudit(trx, actor, { action: 'notifications.policy', subject: 'webhooks', details });
  });
}

/**
 * How a webhook may be reached: whether its name may lead to this machine itself.
 *
 * @throws WEBHOOK_ADDRESS_NOT_ALLOWED
 */
export function allowedFor(url: URL, { allowed }: Pick<NotificationPolicy, 'allowed'>): { readonly local: boolean } {
  const entry = allowed.find(({ origin }) => origin === url.origin);
  if (entry === undefined) throw new SealiftError('WEBHOOK_ADDRESS_NOT_ALLOWED', { values: { origin: url.origin } });
  return entry;
}
