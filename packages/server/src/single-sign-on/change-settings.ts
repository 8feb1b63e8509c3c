import type { SignOnRequest, SignOnSettings } from '@sealift/core/api';
import { canonicalJson } from '@sealift/core/canonical-json';
import { SealiftError } from '@sealift/core/errors';
import { Secret } from '@sealift/core/secret';
import type { Actor } from '../audit/actor.ts';
import { recordAudit } from '../audit/audit-log.ts';
import { recordChanged } from '../http/if-match.ts';
import { refuseNoCertificate } from '../site/asked-settings.ts';
import { SecretKey, type SecretKeyPlace } from '../site/secret-key.ts';
import { change } from '../store/change.ts';
import type { Db } from '../store/store.ts';
import { findProvider } from './provider.ts';
import { holdSignOn, openClientSecret, readSignOn, type StoredSignOn, writeSignOn } from './stored-settings.ts';

const what = 'single sign-on';

/**
 * Stores how people sign in at a provider, once the provider was asked.
 *
 * @throws INPUT_INVALID, RECORD_CHANGED, SIGN_ON_PROVIDER_FAILED, SIGN_ON_ORIGIN_REFUSED, SECRET_KEY_…, CONSOLE_LOCKED
 */
export async function changeSignOn(
  { db, key: place }: { readonly db: Db; readonly key: SecretKeyPlace },
  actor: Actor,
  revision: number,
  { clientSecret: given, ...settings }: SignOnRequest,
): Promise<void> {
  const stored = await readSignOn(db);
  if (stored.revision !== revision) throw recordChanged(what);
  if (settings.ca !== null) refuseNoCertificate(settings.ca, 'body.ca');
  const clientSecret = given === undefined ? await keptSecret(place, stored, settings) : new Secret(given);
  await findProvider(settings, clientSecret);
  const key = await SecretKey.open(place);
  await change(db, async (trx) => {
    if ((await holdSignOn(trx)) !== revision) throw recordChanged(what);
    await writeSignOn(trx, revision + 1, actor.name, { settings, clientSecret, key });
    const details = { before: told(stored.settings), after: told(settings), newSecret: given !== undefined };
    await recordAudit(trx, actor, { action: 'single-sign-on.change', subject: settings.issuer, details });
  });
}

/** Nobody signs in at a provider any more; accounts that did stay, and their sessions end. @throws RECORD_CHANGED, CONSOLE_LOCKED */
export async function forgetSignOn(db: Db, actor: Actor, revision: number): Promise<void> {
  await change(db, async (trx) => {
    const { settings } = await readSignOn(trx);
    if ((await holdSignOn(trx)) !== revision) throw recordChanged(what);
    if (settings === null) return;
    await writeSignOn(trx, revision + 1, actor.name, null);
    const ofProvider = trx.selectFrom('account').select('id').where('provider_subject', 'is not', null);
    await trx.deleteFrom('session').where('account_id', 'in', ofProvider).execute();
    const details = { before: told(settings) };
    await recordAudit(trx, actor, { action: 'single-sign-on.forget', subject: settings.issuer, details });
  });
}

/** The stored secret is used only where it goes where it went before. */
async function keptSecret(place: SecretKeyPlace, stored: StoredSignOn, settings: SignOnSettings): Promise<Secret> {
  const way = ({ issuer, clientId, ca, allowedOrigins }: SignOnSettings): string =>
    canonicalJson({ issuer, clientId, ca, allowedOrigins });
  const { settings: before } = stored;
  if (before !== null && way(before) === way(settings)) return await openClientSecret(place, stored);
  const again = 'it is needed again where issuer, client, CA or allowed addresses change';
  const reason = before === null ? 'this is required' : again;
  throw new SealiftError('INPUT_INVALID', { place: 'body.clientSecret', values: { what: 'the secret', reason } });
}

function told(settings: SignOnSettings | null) {
  if (settings === null) return null;
  const { ca, ...rest } = settings;
  return { ...rest, trust: ca === null ? 'the CAs of the machine' : 'a CA of its own' };
}
