import { z } from 'zod';
import { checkSchema } from '../check/check.ts';
import { bundleEvidenceSchema } from '../evidence/bundle-evidence.ts';
import { lineSchema, originSchema } from './access.ts';

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

/** What a registry is known by in the console, in its addresses and queues. */
export const registryNameSchema = z
  .string()
  .max(60)
  .regex(/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/, 'lower-case letters, digits, dots and hyphens');

const line = lineSchema.max(255);

/** A path below a registry; empty for none. */
const basePath = z
  .string()
  .max(200)
  .regex(
    /^(?:[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*)?$/,
    'a path in lower case, without / at its ends',
  );

/** How a registry that is not the console's own is reached, and what it is for; without the password. */
export const registrySettingsSchema = z.object({
  /** Host and port, such as `harbor.example:8443`. */
  registry: line.min(1),
  /** Only to the machine of the console itself. */
  plainHttp: z.boolean(),
  /** Paths below it: of packs, node images and release markers, and of images. */
  packBase: basePath,
  imageBase: basePath,
  /** Null where it asks for no login. */
  username: line.min(1).nullable(),
  /** PEM; null for the CAs of the machine. */
  ca: z.string().max(200_000).nullable(),
  /** Origins beside its own that it may lead to, where its token service or its content is elsewhere. */
  allowedOrigins: z.array(originSchema).max(10),
  /** Whether content may be pushed to it; else it is only read. */
  push: z.boolean(),
  /** How often it is read without being asked for; null for never. */
  syncEveryMinutes: z.int().min(5).max(10_080).nullable(),
});
export type RegistrySettings = z.infer<typeof registrySettingsSchema>;

const password = z.string().min(1).max(4096).optional();

/** `POST /api/v1/registries/validate`: tries a registry and stores nothing. */
export const tryRegistryRequestSchema = registrySettingsSchema.extend({ password });
export type TryRegistryRequest = z.infer<typeof tryRegistryRequestSchema>;

/** `POST /api/v1/registries`: tries it, and stores it where nothing failed. */
export const addRegistryRequestSchema = tryRegistryRequestSchema.extend({ name: registryNameSchema });
export type AddRegistryRequest = z.infer<typeof addRegistryRequestSchema>;

/** `PATCH /api/v1/registries/:name`, with `If-Match`; what is left out stays, the password only where it goes where it went before. */
export const editRegistryRequestSchema = tryRegistryRequestSchema.partial();
export type EditRegistryRequest = z.infer<typeof editRegistryRequestSchema>;

/** One thing that was tried of a registry; the code is that of the failure. */
export const registryCheckSchema = checkSchema.extend({ code: z.string().optional() });
export const registryChecksSchema = z.object({ checks: z.array(registryCheckSchema) });

export const packRegistrySchema = z.object({
  name: z.string(),
  /** Host and port, such as `127.0.0.1:5080`. */
  registry: z.string(),
  /** Path below which `spectro-packs/` and `sealift-catalog` are. */
  base: z.string(),
  embedded: z.boolean(),
  sync: syncStateSchema,
  /** Null for the console's own. */
  settings: registrySettingsSchema.nullable(),
  /** Grows with every change of the settings; for `If-Match`. */
  revision: z.int().nonnegative(),
  changedBy: z.string().nullable(),
  changedAt: z.iso.datetime().nullable(),
});
export type PackRegistry = z.infer<typeof packRegistrySchema>;

/** A version that is in several registries as different content: none of them is taken in place of another. */
export const registryConflictSchema = z.object({
  kind: z.enum(['release', 'pack']),
  name: z.string(),
  version: z.string(),
  places: z.array(z.object({ registry: z.string(), digest: z.string(), inCatalogue: z.boolean() })),
});
export type RegistryConflict = z.infer<typeof registryConflictSchema>;

/** `GET /api/v1/registries`. `POST /api/v1/registries/:name/sync` answers 202 with the registry; progress follows as events and by GET of `/registries/:name`. */
export const packRegistryListSchema = z.object({
  registries: z.array(packRegistrySchema),
  conflicts: z.array(registryConflictSchema),
});
export type PackRegistryList = z.infer<typeof packRegistryListSchema>;

/** A registry that was stored, with what was tried of it. */
export const triedRegistrySchema = packRegistrySchema.extend(registryChecksSchema.shape);

/**
 * `GET /api/v1/registries/:name/repositories?after=`, and of one of them `GET …/tags?repository=&after=`: by name; `next` is the cursor of the following
 * page. With `search` those that hold the text.
 */
export const repositoryListSchema = z.object({
  repositories: z.array(z.string()),
  next: z.string().nullable().default(null),
});
export const tagListSchema = z.object({
  repository: z.string(),
  tags: z.array(z.string()),
  next: z.string().nullable().default(null),
});

/** What a tag stands for. */
export const taggedContentSchema = z.object({
  tag: z.string(),
  /** Null where it cannot be read; `problem` says why. */
  digest: z.string().nullable(),
  problem: z.string().nullable(),
  /** By what the manifest says it is; of one that cannot be read, `unknown`. */
  kind: z.enum([
    'image',
    'index',
    'chart',
    'pack',
    'release',
    'pack-release',
    'node-image',
    'executable',
    'tool',
    'artifact',
    'unknown',
  ]),
  /** What it says it is, where that is none of ours. */
  artifactType: z.string().nullable(),
  /** Of the manifest with its config and layers, in bytes; null of an index, whose manifests have sizes of their own. */
  size: z.int().nonnegative().nullable(),
  /** Of an index: for what, such as `linux/amd64`. */
  platforms: z.array(z.string()),
  /** When the tag was given; null where the registry does not say so. */
  pushedAt: z.iso.datetime().nullable(),
});
export type TaggedContent = z.infer<typeof taggedContentSchema>;

/** `GET /api/v1/registries/:name/contents?repository=&after=`: a page of the tags of a repository, with what each stands for. */
export const repositoryContentSchema = z.object({
  repository: z.string(),
  tags: z.array(taggedContentSchema),
  next: z.string().nullable().default(null),
});
export type RepositoryContent = z.infer<typeof repositoryContentSchema>;

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
