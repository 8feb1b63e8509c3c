import { canonicalJson } from '@sealift/core/canonical-json';
import { namespacedSchema, sitePlacesSchema } from '@sealift/core/api';
import { catalogue, isSealiftError, SealiftError } from '@sealift/core/errors';
import { Secret } from '@sealift/core/secret';
import { z } from 'zod';
import { storedJson } from '../store/stored-json.ts';
import type { Db, Trx } from '../store/store.ts';
import { SecretKey, type SecretKeyPlace } from './secret-key.ts';

const serverSchema = z.object({ server: z.string() });

/** The settings of a site as they are stored, but for its secrets. */
const documentSchema = z.object({
  format: z.literal(1),
  vcenter: z.object({
    url: z.string(),
    username: z.string(),
    ca: z.string().nullable(),
    thumbprint: z.string().nullable(),
  }),
  places: sitePlacesSchema,
  /** Null for the access of the machine that the console runs on. */
  enterprise: serverSchema.nullable(),
  /** Null where Cluster API is in the enterprise cluster itself. */
  management: serverSchema.nullable(),
  clusterName: namespacedSchema.nullable(),
  /** Left out for none, as in settings that were stored before there were any: secrets are bound to the document as it was stored. */
  imageRegistry: z
    .object({ registry: z.string(), base: z.string(), pullSecret: namespacedSchema.nullable() })
    .optional(),
  /** Names of the variables, whose values are sealed; left out for none. */
  variables: z.array(z.string()).optional(),
});
export type SiteDocument = z.infer<typeof documentSchema>;

/** What of the settings is kept sealed. */
export interface SiteSecrets {
  readonly password: Secret;
  /** Texts of kubeconfigs. */
  readonly enterprise: Secret | null;
  readonly management: Secret | null;
  /** YAML with the variables of packs. */
  readonly variables: Secret | null;
}
const secretsSchema = z.object({
  password: z.string(),
  enterprise: z.string().nullable(),
  management: z.string().nullable(),
  variables: z.string().nullable().optional(),
});

/** The row of the settings. */
export interface StoredSite {
  /** Grows with every change. */
  readonly revision: number;
  /** Null where there are none. */
  readonly document: SiteDocument | null;
  readonly sealed: { readonly text: string; readonly keyId: string } | null;
  readonly changedBy: string | null;
  readonly changedAt: Date | null;
}

/** @throws RECORD_DAMAGED */
export async function readStoredSite(db: Db): Promise<StoredSite> {
  const row = await db.selectFrom('site_settings').selectAll().executeTakeFirstOrThrow();
  const { document, secrets, key_id: keyId } = row;
  return {
    revision: row.revision,
    document: document === null ? null : storedJson('the settings of the site', document, documentSchema),
    sealed: secrets === null || keyId === null ? null : { text: secrets, keyId },
    changedBy: row.changed_by,
    changedAt: row.changed_at,
  };
}

/** Holds the row until the end of the transaction. @returns its revision */
export async function holdSite(trx: Trx): Promise<number> {
  return (await trx.selectFrom('site_settings').select('revision').forUpdate().executeTakeFirstOrThrow()).revision;
}

/** Writes the settings of the row that is held; null forgets them. */
export async function writeSite(
  trx: Trx,
  revision: number,
  changedBy: string,
  stored: { readonly document: SiteDocument; readonly secrets: string; readonly keyId: string } | null,
): Promise<void> {
  await trx
    .updateTable('site_settings')
    .set({
      revision,
      document: stored === null ? null : canonicalJson(stored.document),
      secrets: stored?.secrets ?? null,
      key_id: stored?.keyId ?? null,
      changed_by: changedBy,
      changed_at: new Date(),
    })
    .execute();
}

/** Seals the secrets of settings, readable only with exactly this document: nobody leads a stored password to another vCenter. */
export function sealSecrets(key: SecretKey, secrets: SiteSecrets, document: SiteDocument): string {
  const { password, enterprise, management, variables } = secrets;
  const text = JSON.stringify({
    password: password.reveal(),
    enterprise: enterprise?.reveal() ?? null,
    management: management?.reveal() ?? null,
    variables: variables?.reveal() ?? null,
  });
  return key.seal(text, canonicalJson(document));
}

/** @throws SECRET_KEY_OTHER, SECRET_KEY_INVALID */
export async function openSecrets(
  place: SecretKeyPlace,
  { document, sealed }: Pick<StoredSite, 'document' | 'sealed'>,
): Promise<SiteSecrets> {
  // A key that is made now could not read what was sealed before.
  const key = await SecretKey.open({ ...place, mayBeMade: false }).catch((error: unknown) => {
    // Nor could one that a person makes now: the one that they were sealed with is needed.
    throw isSealiftError(error, 'SECRET_KEY_INVALID') ? error.withHint(catalogue.SECRET_KEY_OTHER.hint) : error;
  });
  if (sealed === null || document === null) throw other(place, 'there are none');
  if (key.id !== sealed.keyId) throw other(place, `they were sealed with the key ${sealed.keyId}, not ${key.id}`);
  const text = key.open(sealed.text, canonicalJson(document));
  if (text === undefined) throw other(place, 'they were changed since they were sealed');
  const { password, ...texts } = storedJson('the secrets of the site', text, secretsSchema);
  const secret = (value: string | null = null): Secret | null => (value === null ? null : new Secret(value));
  return {
    password: new Secret(password),
    enterprise: secret(texts.enterprise),
    management: secret(texts.management),
    variables: secret(texts.variables),
  };
}

function other({ path }: SecretKeyPlace, reason: string): SealiftError {
  return new SealiftError('SECRET_KEY_OTHER', { values: { path, reason } });
}
