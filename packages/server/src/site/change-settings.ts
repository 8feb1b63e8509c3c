import type { SiteRequest } from '@sealift/core/api';
import { canonicalJson } from '@sealift/core/canonical-json';
import { isSealiftError, SealiftError } from '@sealift/core/errors';
import type { SiteCheck } from '@sealift/core/site';
import type { SiteSettings } from '@sealift/site/settings';
import { parseVariables } from '@sealift/site/variables';
import type { Actor } from '../audit/actor.ts';
import { recordAudit } from '../audit/audit-log.ts';
import { change, changeWhile } from '../store/change.ts';
import type { Db } from '../store/store.ts';
import { type AskedSettings, askedSettings, type KeptSettings } from './asked-settings.ts';
import { RefusedSettings } from '../http/refused-settings.ts';
import { SecretKey, type SecretKeyPlace } from './secret-key.ts';
import { siteSettingsOf, type StartedWith } from './site-settings.ts';
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
  readonly startedWith: StartedWith;
}

/**
 * Stores settings that lead to the site. While an upgrade runs only logins may change: a password that was changed in vCenter must not stop
 * the upgrade for good, and another site must not take its place.
 *
 * @throws INPUT_INVALID, KUBERNETES_CONFIG_…, VARIABLES_INVALID, SITE_SETTINGS_FIXED, SITE_SETTINGS_REFUSED, SITE_SETTINGS_CHANGED,
 *   CONSOLE_LOCKED, SECRET_KEY_…
 */
export async function saveSettings(
  { db, key: place, look, startedWith }: SiteKeeping,
  actor: Actor,
  request: SiteRequest,
) {
  refuseStartedWith(startedWith, request);
  const stored = await readStoredSite(db);
  if (stored.revision !== request.revision) throw changed();
  const kept = keptSettings(place, stored);
  const asked = await askedSettings(request, kept);
  const { document, secrets, newSecrets } = asked;
  const isSame = isSameSite(stored.document, document) && (await hasSameVariables(kept, asked));
  const checks = await look(siteSettingsOf(document, secrets, startedWith));
  const failed = checks.find(({ outcome }) => outcome !== 'pass' && outcome !== 'warn');
  if (failed !== undefined) throw new RefusedSettings(failed, checks);
  const key = await SecretKey.open(place);
  await changeWhile(db, isSame, async (trx) => {
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

/** Whether both lead to the same vCenter, places, clusters and registry, with variables of the same names, whoever logs in there. */
function isSameSite(before: SiteDocument | null, now: SiteDocument): boolean {
  const site = ({ vcenter, ...rest }: SiteDocument): string =>
    canonicalJson({ ...rest, host: new URL(vcenter.url).host });
  return before !== null && site(before) === site(now);
}

/** Whether new variables have the values of the stored ones, whatever stands beside them. */
async function hasSameVariables(kept: KeptSettings, { secrets, newSecrets }: AskedSettings): Promise<boolean> {
  if (secrets.variables === null || !newSecrets.includes('variables')) return true;
  try {
    const { variables: before } = await kept.secrets();
    const valuesOf = (text: string): string => canonicalJson(parseVariables(text, 'the settings of the site'));
    return before !== null && valuesOf(before.reveal()) === valuesOf(secrets.variables.reveal());
  } catch (error) {
    // With a lost key they cannot be compared; refused, an upgrade that waits for settings would wait for ever.
    if (isSealiftError(error, 'SECRET_KEY_INVALID') || isSealiftError(error, 'SECRET_KEY_OTHER')) return true;
    throw error;
  }
}

/** @throws SITE_SETTINGS_FIXED where something is given that the console was started with */
function refuseStartedWith(startedWith: StartedWith, request: SiteRequest): void {
  const named = { imageRegistry: 'the image registry', variables: 'the variables' } as const;
  for (const field of ['imageRegistry', 'variables'] as const) {
    if (startedWith[field] === undefined || request[field] === undefined || request[field] === null) continue;
    const reason = `${named[field]} came as an option`;
    throw new SealiftError('SITE_SETTINGS_FIXED', { place: `body.${field}`, values: { reason } });
  }
}

function changed(): SealiftError {
  return new SealiftError('SITE_SETTINGS_CHANGED', { place: 'body.revision' });
}
