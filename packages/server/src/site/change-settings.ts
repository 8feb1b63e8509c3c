import type { SiteRequest } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import type { SiteCheck } from '@sealift/core/site';
import type { SiteSettings } from '@sealift/site/settings';
import type { Actor } from '../audit/actor.ts';
import { recordAudit } from '../audit/audit-log.ts';
import { change, changeWhile } from '../store/change.ts';
import type { Db } from '../store/store.ts';
import { askedSettings, type KeptSettings } from './asked-settings.ts';
import { RefusedSettings } from '../http/refused-settings.ts';
import { SecretKey, type SecretKeyPlace } from './secret-key.ts';
import { siteSettingsOf } from './site-settings.ts';
import {
  holdSite,
  openSecrets,
  readStoredSite,
  sealSecrets,
  type SiteDocument,
  type StoredSite,
  writeSite,
} from './stored-site.ts';

/** Looks at a site with settings, and says what it found. */
export type LookAtSite = (settings: SiteSettings) => Promise<readonly SiteCheck[]>;

/** What the settings of a site are kept with. */
export interface SiteKeeping {
  readonly db: Db;
  readonly key: SecretKeyPlace;
  readonly look: LookAtSite;
}

/**
 * Stores settings that lead to the site. While an upgrade runs only logins may change: a password that was changed in vCenter must not stop
 * the upgrade for good, and another site must not take its place.
 *
 * @throws INPUT_INVALID, KUBERNETES_CONFIG_…, SITE_SETTINGS_REFUSED, SITE_SETTINGS_CHANGED, CONSOLE_LOCKED, SECRET_KEY_…
 */
export async function saveSettings({ db, key: place, look }: SiteKeeping, actor: Actor, request: SiteRequest) {
  const stored = await readStoredSite(db);
  if (stored.revision !== request.revision) throw changed();
  const { document, secrets, newSecrets } = await askedSettings(request, keptSettings(place, stored));
  const checks = await look(siteSettingsOf(document, secrets));
  const failed = checks.find(({ outcome }) => outcome !== 'pass' && outcome !== 'warn');
  if (failed !== undefined) throw new RefusedSettings(failed, checks);
  const key = await SecretKey.open(place);
  await changeWhile(db, isSameSite(stored.document, document), async (trx) => {
    if ((await holdSite(trx)) !== stored.revision) throw changed();
    const sealed = { document, secrets: sealSecrets(key, secrets, document), keyId: key.id };
    await writeSite(trx, stored.revision + 1, actor.name, sealed);
    // What was found at another site counts for nothing.
    await trx.deleteFrom('preflight').execute();
    const { vcenter, ...rest } = document;
    const trust = vcenter.thumbprint ?? (vcenter.ca === null ? 'the CAs of the machine' : 'a CA of its own');
    const details = { ...rest, vcenter: { url: vcenter.url, account: vcenter.username, trust }, changed: newSecrets };
    await recordAudit(trx, actor, { action: 'site.change', subject: vcenter.url, details });
  });
  return checks;
}

/** Forgets the settings; without any nothing changes. @throws CONSOLE_LOCKED */
export async function forgetSettings({ db }: Pick<SiteKeeping, 'db'>, actor: Actor): Promise<void> {
  await change(db, async (trx) => {
    const revision = await holdSite(trx);
    const row = await trx.selectFrom('site_settings').select('document').executeTakeFirstOrThrow();
    if (row.document === null) return;
    await writeSite(trx, revision + 1, actor.name, null);
    await trx.deleteFrom('preflight').execute();
    await recordAudit(trx, actor, { action: 'site.forget', subject: 'site settings' });
  });
}

/** The stored settings for a request that leaves some out. */
export function keptSettings(place: SecretKeyPlace, stored: StoredSite): KeptSettings {
  return { document: stored.document, secrets: () => openSecrets(place, stored) };
}

/** Whether both lead to the same vCenter, places and clusters, whoever logs in there. */
function isSameSite(before: SiteDocument | null, now: SiteDocument): boolean {
  const site = ({ vcenter, places, enterprise, management, clusterName }: SiteDocument): string =>
    JSON.stringify([new URL(vcenter.url).host, places, enterprise, management, clusterName]);
  return before !== null && site(before) === site(now);
}

function changed(): SealiftError {
  return new SealiftError('SITE_SETTINGS_CHANGED', { place: 'body.revision' });
}
