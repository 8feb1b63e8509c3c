import {
  type MailServer,
  type MailServerRequest,
  type MailServerSettings,
  mailServerSettingsSchema,
} from '@sealift/core/api';
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

const what = 'the mail server';
const documentSchema = mailServerSettingsSchema.extend({ format: z.literal(1) });

interface StoredMailServer extends MailServer {
  readonly sealed: { readonly text: string; readonly keyId: string } | null;
}

/** What the settings of the mail server are kept with. */
export interface MailKeeping {
  readonly db: Db;
  readonly secretKey: SecretKeyPlace;
}

/** @throws RECORD_DAMAGED */
export async function readMailServer(db: Db): Promise<MailServer> {
  const { sealed: _, ...view } = await readStored(db);
  return view;
}

/** The mail server with its password; null where it wants none. @throws MAIL_SERVER_MISSING, RECORD_DAMAGED, SECRET_KEY_… */
export async function openMailServer({
  db,
  secretKey,
}: MailKeeping): Promise<{ readonly settings: MailServerSettings; readonly password: Secret | null }> {
  const stored = await readStored(db);
  if (stored.settings === null) throw new SealiftError('MAIL_SERVER_MISSING');
  return { settings: stored.settings, password: await openPassword(secretKey, stored) };
}

/** @throws INPUT_INVALID, RECORD_CHANGED, CONSOLE_LOCKED, SECRET_KEY_… */
export async function changeMailServer(
  { db, secretKey }: MailKeeping,
  actor: Actor,
  revision: number,
  { password: given, ...settings }: MailServerRequest,
): Promise<void> {
  const stored = await readStored(db);
  if (stored.revision !== revision) throw recordChanged(what);
  if (settings.ca !== null) refuseNoCertificate(settings.ca, 'body.ca');
  if (settings.user !== null && settings.security === 'none') {
    throw invalid('security', 'a password is never sent without encryption');
  }
  if (settings.user === null && given !== undefined) throw invalid('user', 'a password needs a user');
  const password = settings.user === null ? null : await passwordOf(given, stored, settings, secretKey);
  const sealing = password === null ? null : { password, key: await SecretKey.open(secretKey) };
  await change(db, async (trx) => {
    await hold(trx, revision);
    const document = documentOf(settings);
    await trx
      .updateTable('mail_server')
      .set({
        revision: revision + 1,
        document,
        // Readable only with exactly this document: nobody leads a stored password to another server.
        secret: sealing?.key.seal(sealing.password.reveal(), document) ?? null,
        key_id: sealing?.key.id ?? null,
        changed_by: actor.name,
        changed_at: new Date(),
      })
      .execute();
    const details = { before: told(stored.settings), after: told(settings), newSecret: given !== undefined };
    await recordAudit(trx, actor, { action: 'notifications.mail-server', subject: settings.host, details });
  });
}

/** No mail is sent any more; who would get one is told once there is a server again. @throws RECORD_CHANGED, CONSOLE_LOCKED */
export async function forgetMailServer(db: Db, actor: Actor, revision: number): Promise<void> {
  await change(db, async (trx) => {
    await hold(trx, revision);
    const { settings } = await readStored(trx);
    const none = { document: null, secret: null, key_id: null };
    const changed = { revision: revision + 1, changed_by: actor.name, changed_at: new Date() };
    await trx
      .updateTable('mail_server')
      .set({ ...none, ...changed })
      .execute();
    const details = { before: told(settings), after: null };
    await recordAudit(trx, actor, { action: 'notifications.mail-server', subject: settings?.host ?? '', details });
  });
}

async function readStored(db: Db): Promise<StoredMailServer> {
  const row = await db.selectFrom('mail_server').selectAll().executeTakeFirstOrThrow();
  const { document, secret, key_id: keyId } = row;
  const stored = document === null ? null : storedJson(what, document, documentSchema);
  return {
    revision: row.revision,
    settings: stored === null ? null : mailServerSettingsSchema.parse(stored),
    sealed: secret === null || keyId === null ? null : { text: secret, keyId },
    changedBy: row.changed_by,
    changedAt: row.changed_at?.toISOString() ?? null,
  };
}

async function hold(trx: Trx, revision: number): Promise<void> {
  const held = await trx.selectFrom('mail_server').select('revision').forUpdate().executeTakeFirstOrThrow();
  if (held.revision !== revision) throw recordChanged(what);
}

async function passwordOf(
  given: string | undefined,
  stored: StoredMailServer,
  settings: MailServerSettings,
  place: SecretKeyPlace,
): Promise<Secret> {
  if (given !== undefined) return new Secret(given);
  const way = ({ host, port, security, user, ca }: MailServerSettings): string =>
    canonicalJson({ host, port, security, user, ca });
  const { settings: before } = stored;
  const kept = before !== null && way(before) === way(settings) ? await openPassword(place, stored) : null;
  if (kept !== null) return kept;
  throw invalid(
    'password',
    before === null ? 'this is required' : 'it is needed again where server, port, encryption, user or CA change',
  );
}

async function openPassword(place: SecretKeyPlace, { settings, sealed }: StoredMailServer): Promise<Secret | null> {
  if (settings === null || settings.user === null) return null;
  const other = (reason: string): SealiftError =>
    new SealiftError('SECRET_KEY_OTHER', { values: { path: place.path, reason } });
  // A key that is made now could not read what was sealed before.
  const key = await SecretKey.open({ ...place, mayBeMade: false });
  if (sealed === null) throw other('there is none');
  if (key.id !== sealed.keyId) throw other(`it was sealed with the key ${sealed.keyId}, not ${key.id}`);
  const text = key.open(sealed.text, documentOf(settings));
  if (text === undefined) throw other('it was changed since it was sealed');
  return new Secret(text);
}

function documentOf(settings: MailServerSettings): string {
  return canonicalJson({ format: 1, ...settings });
}

function told(settings: MailServerSettings | null) {
  if (settings === null) return null;
  const { ca, ...rest } = settings;
  return { ...rest, trust: ca === null ? 'the CAs of the machine' : 'a CA of its own' };
}

function invalid(field: string, reason: string): SealiftError {
  return new SealiftError('INPUT_INVALID', { place: `body.${field}`, values: { what, reason } });
}
