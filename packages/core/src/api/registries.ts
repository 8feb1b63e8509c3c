import { z } from 'zod';
import { bundleEvidenceSchema } from '../evidence/bundle-evidence.ts';

export const syncStateSchema = z.object({
  state: z.enum(['never', 'running', 'succeeded', 'failed']),
  startedAt: z.iso.datetime().nullable(),
  finishedAt: z.iso.datetime().nullable(),
  /** Release markers and packs examined so far, and how many there are. */
  done: z.int().nonnegative(),
  total: z.int().nonnegative(),
  /** What it is doing, for people. */
  message: z.string(),
  /** Everything found and refused, each with code, place and remedy. */
  refused: z.array(z.object({ name: z.string(), code: z.string(), detail: z.string(), hint: z.string() })),
});
export type SyncState = z.infer<typeof syncStateSchema>;

export const packRegistrySchema = z.object({
  name: z.string(),
  /** Host and port, such as `127.0.0.1:5080`. */
  registry: z.string(),
  /** Path below which `spectro-packs/` and `sealift-catalog` are. */
  base: z.string(),
  embedded: z.boolean(),
  sync: syncStateSchema,
});
export type PackRegistry = z.infer<typeof packRegistrySchema>;
/** `GET /api/v1/registries`. `POST /api/v1/registries/:name/sync` answers 202 with the registry; progress follows as events and by GET of `/registries/:name`. */
export const packRegistryListSchema = z.object({ registries: z.array(packRegistrySchema) });

/** `GET /api/v1/upload-target`: where a bundle run against this platform pushes to. Log in with any user name and the API token as password. */
export const uploadTargetSchema = z.object({
  packRegistry: z.string(),
  packBase: z.string(),
  imageRegistry: z.string(),
  imageBase: z.string(),
  plainHttp: z.boolean(),
});
export type UploadTarget = z.infer<typeof uploadTargetSchema>;

/** `GET /api/v1/trusted-keys`; `POST` adds one (a minisign public key file's text). */
export const trustedKeySchema = z.object({
  keyId: z.string(),
  fingerprint: z.string(),
  publicKey: z.string(),
  addedAt: z.iso.datetime(),
});
export type TrustedKey = z.infer<typeof trustedKeySchema>;
export const trustedKeyListSchema = z.object({ keys: z.array(trustedKeySchema) });
export const trustKeyRequestSchema = z.object({ publicKey: z.string().max(1000) });
/** `POST /api/v1/uploads`: a bundle run reports what it verified and pushed, for the audit log. */
export const uploadRecordSchema = z
  .object({
    product: z.string(),
    version: z.string(),
    bundleSha256: z.string(),
    keyId: z.string(),
    pushed: z.int(),
    skipped: z.int(),
    /** The evidence of the check before the upload; kept with the audit entry. */
    evidence: bundleEvidenceSchema.optional(),
  })
  .refine(
    ({ product, version, bundleSha256, keyId, evidence }) =>
      evidence === undefined ||
      (evidence.bundle.product === product &&
        evidence.bundle.version === version &&
        evidence.bundle.sha256 === bundleSha256 &&
        evidence.signedBy.keyId === keyId),
    { path: ['evidence'], message: 'must be of the bundle that was uploaded' },
  );
export type UploadRecord = z.infer<typeof uploadRecordSchema>;
