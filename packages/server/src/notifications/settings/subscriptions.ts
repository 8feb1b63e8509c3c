import { randomBytes, randomUUID } from 'node:crypto';
import { type Subscription, type SubscriptionRequest, subscriptionRequestSchema } from '@sealift/core/api';
import { canonicalJson } from '@sealift/core/canonical-json';
import { SealiftError } from '@sealift/core/errors';
import { Secret } from '@sealift/core/secret';
import { z } from 'zod';
import type { Actor } from '../../audit/actor.ts';
import { recordAudit } from '../../audit/audit-log.ts';
import { recordChanged } from '../../http/if-match.ts';
import { refuseNoCertificate } from '../../site/asked-settings.ts';
import { SecretKey, type SecretKeyPlace } from '../../site/secret-key.ts';
import { change } from '../../store/change.ts';
import type { Db, Trx } from '../../store/store.ts';
import { storedJson } from '../../store/stored-json.ts';
import type { NotificationSubscriptionRow } from '../../store/tables/notifications.ts';
import { allowedFor, readNotificationPolicy } from './policy.ts';

const what = 'the subscription';
const most = 50;
const keyBytes = 32;
const documentSchema = subscriptionRequestSchema.omit({ name: true, key: true }).extend({ format: z.literal(1) });

/** Who is told of what, and where: what is stored without the key. */
export type StoredSubscription = Omit<Subscription, 'waiting' | 'failed'>;

/** A change, and the key that requests are signed with where it is a new one that nobody has given. */
export interface Changed {
  readonly id: string;
  readonly newKey: string | null;
}

interface Keeping {
  readonly db: Db;
  readonly secretKey: SecretKeyPlace;
}

/** @throws RECORD_DAMAGED */
export function subscriptionOf(row: NotificationSubscriptionRow): StoredSubscription {
  const { kinds, target } = storedJson(`${what} ${row.name}`, row.document, documentSchema);
  const { id, name, revision, changed_by: changedBy, changed_at: changedAt } = row;
  return { id, name, revision, kinds, target, changedBy, changedAt: changedAt.toISOString() };
}

/** @throws INPUT_INVALID, WEBHOOK_ADDRESS_NOT_ALLOWED, CONSOLE_LOCKED, SECRET_KEY_… */
export async function addSubscription(keeping: Keeping, actor: Actor, request: SubscriptionRequest): Promise<Changed> {
  const id = randomUUID();
  const { key, newKey } = await keyOf(request, keeping.secretKey, id, 'new');
  await change(keeping.db, async (trx) => {
    const { count } = await trx
      .selectFrom('notification_subscription')
      .select(({ fn }) => fn.countAll<string>().as('count'))
      .executeTakeFirstOrThrow();
    if (Number(count) >= most) throw invalid('body', `there are ${most} already, and no more are kept`);
    await check(trx, request, undefined);
    await trx
      .insertInto('notification_subscription')
      .values({ id, revision: 1, ...written(request), ...key, ...by(actor) })
      .execute();
    const details = { after: told(request) };
    await recordAudit(trx, actor, { action: 'notifications.add', subject: request.name, details });
  });
  return { id, newKey };
}

/** @throws NOT_FOUND, RECORD_CHANGED, INPUT_INVALID, WEBHOOK_ADDRESS_NOT_ALLOWED, CONSOLE_LOCKED, SECRET_KEY_… */
export async function changeSubscription(
  keeping: Keeping,
  actor: Actor,
  seen: { readonly id: string; readonly revision: number },
  request: SubscriptionRequest,
): Promise<Changed> {
  const { id, revision } = seen;
  const before = subscriptionOf(await findSubscription(keeping.db, id));
  const fallback = before.target.via === request.target.via ? 'kept' : 'new';
  const { key, newKey } = await keyOf(request, keeping.secretKey, id, fallback);
  await change(keeping.db, async (trx) => {
    const row = await trx
      .selectFrom('notification_subscription')
      .select('revision')
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst();
    if (row === undefined) throw missing(id);
    if (row.revision !== revision || before.revision !== revision) throw recordChanged(what);
    await check(trx, request, id);
    await trx
      .updateTable('notification_subscription')
      .set({ revision: revision + 1, ...written(request), ...key, ...by(actor) })
      .where('id', '=', id)
      .execute();
    const details = { before: told(before), after: told(request), newSecret: key !== undefined };
    await recordAudit(trx, actor, { action: 'notifications.edit', subject: request.name, details });
  });
  return { id, newKey };
}

/** Removes it, with what waits for it. @throws NOT_FOUND, CONSOLE_LOCKED */
export async function removeSubscription(db: Db, actor: Actor, id: string): Promise<void> {
  await change(db, async (trx) => {
    const row = await findSubscription(trx, id);
    await trx.deleteFrom('notification_subscription').where('id', '=', id).execute();
    await recordAudit(trx, actor, { action: 'notifications.remove', subject: row.name });
  });
}

/** @throws NOT_FOUND */
export async function findSubscription(db: Db, id: string): Promise<NotificationSubscriptionRow> {
  const row = await db.selectFrom('notification_subscription').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw missing(id);
  return row;
}

/** What requests to a webhook are signed with. @throws SECRET_KEY_OTHER, SECRET_KEY_INVALID */
export async function openWebhookKey(
  place: SecretKeyPlace,
  { id, secret, key_id: keyId }: Pick<NotificationSubscriptionRow, 'id' | 'secret' | 'key_id'>,
): Promise<Secret> {
  const key = await SecretKey.open({ ...place, mayBeMade: false });
  const text = secret === null || key.id !== keyId ? undefined : key.open(secret, boundTo(id));
  if (text !== undefined) return new Secret(text);
  const reason = 'what requests are signed with was sealed with another one, or changed since';
  throw new SealiftError('SECRET_KEY_OTHER', { values: { path: place.path, reason } });
}

type SealedKey = Pick<NotificationSubscriptionRow, 'secret' | 'key_id'>;

/** The key as it is written, or undefined where that of before stays. */
async function keyOf(
  { key: given, target }: SubscriptionRequest,
  place: SecretKeyPlace,
  id: string,
  fallback: 'new' | 'kept',
): Promise<{ readonly key: SealedKey | undefined; readonly newKey: string | null }> {
  if (target.via === 'mail') {
    if (given !== undefined) throw invalid('body.key', 'mail is not signed with a key');
    return { key: { secret: null, key_id: null }, newKey: null };
  }
  const wanted = given ?? fallback;
  if (wanted === 'kept') return { key: undefined, newKey: null };
  const made = wanted === 'new' ? `whsec_${randomBytes(keyBytes).toString('base64')}` : null;
  const text = made ?? wanted;
  const bytes = Buffer.from(text.slice('whsec_'.length), 'base64').length;
  if (bytes < 24 || bytes > 64) throw invalid('body.key', 'it has to be 24 to 64 bytes in Base64 behind whsec_');
  const key = await SecretKey.open(place);
  return { key: { secret: key.seal(text, boundTo(id)), key_id: key.id }, newKey: made };
}

async function check(trx: Trx, { name, target }: SubscriptionRequest, own: string | undefined): Promise<void> {
  if (target.via === 'webhook') {
    if (target.ca !== null) refuseNoCertificate(target.ca, 'body.target.ca');
    allowedFor(new URL(target.url), await readNotificationPolicy(trx));
  }
  const same = await trx
    .selectFrom('notification_subscription')
    .select('id')
    .where(({ eb, fn }) => eb(fn('lower', ['name']), '=', name.toLowerCase()))
    .executeTakeFirst();
  if (same !== undefined && same.id !== own) throw invalid('body.name', `there is one with the name ${name} already`);
}

function written({ name, kinds, target }: SubscriptionRequest) {
  return { name, document: canonicalJson({ format: 1, kinds, target }) };
}

function by(actor: Actor) {
  return { changed_by: actor.name, changed_at: new Date() };
}

function told({ name, kinds, target }: Pick<SubscriptionRequest, 'name' | 'kinds' | 'target'>) {
  const to = target.via === 'mail' ? target.to : new URL(target.url).origin;
  return { name, kinds, via: target.via, to };
}

function boundTo(id: string): string {
  return `sealift webhook key\0${id}`;
}

function missing(id: string): SealiftError {
  return new SealiftError('NOT_FOUND', { values: { what: 'subscription', name: id.slice(0, 60) } });
}

function invalid(place: string, reason: string): SealiftError {
  return new SealiftError('INPUT_INVALID', { place, values: { what, reason } });
}
