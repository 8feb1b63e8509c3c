import { z } from 'zod';
import { layerNameSchema, packNameSchema, packVersionSchema } from '../pack/pack.ts';

/** `sha256:` and 64 lower-case hex digits (OCI image-spec, descriptor.md#digests). */
export const digestSchema = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'sha256: and 64 lower-case hex digits');

/** A declared legal edge of the release graph: from versions in `range` to this release. */
export const upgradeEdgeSchema = z.strictObject({
  range: z.string().min(1).max(200),
  risk: z
    .strictObject({
      name: z.string().regex(/^[A-Z][A-Za-z0-9]{2,60}$/, 'a name in CamelCase'),
      severity: z.enum(['low', 'medium', 'high']),
      text: z.string().max(2000),
      check: z.string().max(100).optional(),
    })
    .optional(),
});
export type UpgradeEdge = z.infer<typeof upgradeEdgeSchema>;

const jsonPointer = z
  .string()
  .max(1000)
  .regex(/^(?:\/(?:[^~/]|~[01])*)+$/, 'a JSON Pointer (RFC 6901)');

/** What a release renamed, moved, split or dropped in a pack's values, applied to base and current before the merge. */
export const migrationSchema = z.union([
  z.strictObject({ pack: packNameSchema, move: z.strictObject({ from: jsonPointer, to: jsonPointer }) }),
  z.strictObject({
    pack: packNameSchema,
    rename: z.strictObject({ path: jsonPointer, to: z.string().min(1).max(200) }),
  }),
  z.strictObject({ pack: packNameSchema, drop: z.strictObject({ path: jsonPointer }) }),
  z.strictObject({
    pack: packNameSchema,
    split: z.strictObject({ from: jsonPointer, to: z.array(jsonPointer).min(2).max(20) }),
  }),
]);
export type Migration = z.infer<typeof migrationSchema>;

const platformVersion = packVersionSchema;

/** An OVA's file name; never a path. */
const ovaName = z
  .string()
  .max(128)
  .regex(/^[a-z0-9][a-z0-9.-]*\.ova$/, 'a file name ending in .ova');

const nodeImage = z.strictObject({
  ova: ovaName,
  os: z.string().min(1).max(100),
  kubernetes: packVersionSchema,
});

const releaseLayer = z.strictObject({ layer: layerNameSchema, pack: packNameSchema, version: packVersionSchema });

const describedByBoth = {
  upgradesFrom: z.array(upgradeEdgeSchema).max(200).default([]),
  required: z.boolean().default(false),
  kubernetes: z.strictObject({ version: packVersionSchema, supported: z.string().min(1).max(200) }),
  gateway: z.strictObject({ version: platformVersion, minimum: platformVersion }).optional(),
  checks: z.array(z.string().max(200)).max(100).default([]),
  migrations: z.array(migrationSchema).max(500).default([]),
  /** Versions of the Cluster API providers that this release needs; absent: unchanged. */
  clusterApi: z
    .strictObject({ core: packVersionSchema, kubeadm: packVersionSchema, vsphere: packVersionSchema })
    .optional(),
  /** By step name (`control-plane`, `layer-addon-platform`): what this release knows better than the default. */
  steps: z
    .record(z.string().regex(/^[a-z0-9][a-z0-9._-]{0,200}$/), z.strictObject({ rollback: z.literal('one-way') }))
    .default({}),
};

const metadata = z.strictObject({
  product: z.string().regex(/^[A-Za-z][A-Za-z0-9 -]{0,60}$/, 'letters, digits, spaces and hyphens'),
  version: platformVersion,
});

const head = { apiVersion: z.literal('sealift.dev/v1'), kind: z.literal('Release'), metadata };

/** `release.yaml`, what a release engineer writes. */
export const releaseFileSchema = z.strictObject({
  ...head,
  spec: z.strictObject({
    ...describedByBoth,
    nodeImage: nodeImage
      .extend({
        sha256: z
          .string()
          .regex(/^[0-9a-f]{64}$/)
          .optional(),
      })
      .optional(),
    layers: z.array(releaseLayer).min(1).max(100),
    content: z.strictObject({
      packs: z.array(z.string().max(1000)).max(1000),
      images: z.array(z.string().max(1000)).max(10_000).default([]),
      nodeImage: z.string().max(1000).optional(),
      tools: z
        .array(
          z.strictObject({
            name: z.string().regex(/^[a-z][a-z0-9-]{0,60}$/, 'lower-case letters, digits and hyphens'),
            platform: z.string().regex(/^linux\/(?:amd64|arm64)$/, 'linux/amd64 or linux/arm64'),
            path: z.string().min(1).max(1000),
          }),
        )
        .max(20)
        .default([]),
    }),
  }),
});
export type ReleaseFile = z.infer<typeof releaseFileSchema>;

/** A released pack, pinned by the digest of its OCI manifest. */
export const releasedPackSchema = z.strictObject({
  name: packNameSchema,
  version: packVersionSchema,
  layer: layerNameSchema,
  digest: digestSchema,
  sizeBytes: z.int().nonnegative(),
});
/** A released image: its full original reference, such as `docker.io/library/busybox:1.36`, and its pinned digest. */
export const releasedImageSchema = z.strictObject({
  name: z.string().max(500),
  digest: digestSchema,
  sizeBytes: z.int().nonnegative(),
});

/** `release.json`, the released artifact that the release marker carries: everything pinned by digest. */
export const releaseSchema = z.strictObject({
  ...head,
  spec: z.strictObject({
    ...describedByBoth,
    /** Absent: the node image is unchanged. `digest` is that of the OCI artifact's manifest, `sha256` of the OVA itself. */
    nodeImage: nodeImage
      .extend({ sha256: z.string().regex(/^[0-9a-f]{64}$/), digest: digestSchema, sizeBytes: z.int().nonnegative() })
      .optional(),
    layers: z
      .array(releaseLayer.extend({ digest: digestSchema }))
      .min(1)
      .max(100),
    packs: z.array(releasedPackSchema).max(1000),
    images: z.array(releasedImageSchema).max(10_000),
  }),
});
export type Release = z.infer<typeof releaseSchema>;
export type ReleasedPack = z.infer<typeof releasedPackSchema>;
export type ReleasedImage = z.infer<typeof releasedImageSchema>;
