import { z } from 'zod';
import { layerNameSchema, packNameSchema, packVersionSchema } from '../pack/pack.ts';
import { declaredCheckSchema } from './declared/declared-check.ts';
import { declaredStepSchema } from './declared/declared-step.ts';
import { digestSchema } from './digest.ts';

export { digestSchema } from './digest.ts';

/** A declared legal edge of the release graph: from versions in `range` to this release. */
export const upgradeEdgeSchema = z.strictObject({
  range: z.string().min(1).max(200).describe('Versions from which this release may be installed: ">=4.2.0 <4.2.13".'),
  risk: z
    .strictObject({
      name: z
        .string()
        .regex(/^[A-Z][A-Za-z0-9]{2,60}$/, 'a name in CamelCase')
        .describe('What a person accepts by name, such as ClusterIdNotUnique.'),
      severity: z.enum(['low', 'medium', 'high']).describe('How bad it is when it happens.'),
      text: z.string().max(2000).describe('What may happen, for the person who decides.'),
      check: z.string().max(100).optional().describe('The preflight that tells whether a site is affected.'),
    })
    .optional()
    .describe('A named risk of this edge. Absent: none is known.'),
});
export type UpgradeEdge = z.infer<typeof upgradeEdgeSchema>;

const jsonPointer = z
  .string()
  .max(1000)
  .regex(/^(?:\/(?:[^~/]|~[01])*)+$/, 'a JSON Pointer (RFC 6901)')
  .describe('A JSON Pointer into the pack values, such as /charts/calico/mtu.');
const migratedPack = packNameSchema.describe('The pack whose values changed shape; one of the layers.');

/** What a release renamed, moved, split or dropped in a pack's values, applied to base and current before the merge. */
export const migrationSchema = z.union([
  z.strictObject({
    pack: migratedPack,
    move: z.strictObject({ from: jsonPointer, to: jsonPointer }).describe('The value stands elsewhere now.'),
  }),
  z.strictObject({
    pack: migratedPack,
    rename: z
      .strictObject({ path: jsonPointer, to: z.string().min(1).max(200).describe('The new key, in the same mapping.') })
      .describe('The key has another name now.'),
  }),
  z.strictObject({
    pack: migratedPack,
    drop: z.strictObject({ path: jsonPointer }).describe('The value means nothing any more.'),
  }),
  z.strictObject({
    pack: migratedPack,
    split: z
      .strictObject({ from: jsonPointer, to: z.array(jsonPointer).min(2).max(20).describe('Every new place.') })
      .describe('One value stands in several places now.'),
  }),
]);
export type Migration = z.infer<typeof migrationSchema>;

/** An OVA's file name; never a path. */
const ovaName = z
  .string()
  .max(128)
  .regex(/^[a-z0-9][a-z0-9.-]*\.ova$/, 'a file name ending in .ova');
const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/, '64 lower-case hex digits');

const nodeImage = z.strictObject({
  ova: ovaName.describe('File name of the OVA; the template in vCenter is called r_ and this without .ova.'),
  os: z.string().min(1).max(100).describe('Operating system inside, such as ubuntu-22.04.'),
  kubernetes: packVersionSchema.describe('Kubernetes inside; the same as spec.kubernetes.version.'),
});
const sourceOva = nodeImage.extend({
  sha256: sha256Hex.optional().describe('SHA-256 of the OVA; filled in when the bundle is made.'),
});
const releasedNodeImage = nodeImage.extend({
  sha256: sha256Hex,
  digest: digestSchema,
  sizeBytes: z.int().nonnegative(),
});
/** More minors than Kubernetes has in some years. */
const betweenLimit = 10;
const betweenText =
  'Images of the Kubernetes minors between, one each, oldest first, for sites that are more than one behind: their control plane goes through each.';
const nodeImageText = 'What the nodes are made from. Absent: the node image is unchanged.';

const components = z.strictObject({
  pack: packNameSchema.describe('Name of a pack of the release, none of its layers, that holds their manifests.'),
  version: packVersionSchema.describe('Version of that pack.'),
});
const clusterApi = z.strictObject({
  core: packVersionSchema.describe('Cluster API itself.'),
  kubeadm: packVersionSchema.describe('Its kubeadm bootstrap and control plane providers.'),
  vsphere: packVersionSchema.describe('Its vSphere infrastructure provider.'),
  components: components.describe('What the providers are installed from.'),
});
const clusterApiText = 'Cluster API providers that this release needs. Absent: unchanged.';

const releaseLayer = z.strictObject({
  layer: layerNameSchema.describe('Which layer; all but addon at most once.'),
  pack: packNameSchema.describe('Name of the pack.'),
  version: packVersionSchema.describe('Version of the pack.'),
});
const layersText = 'The profile of the enterprise cluster, in the order in which layers are applied.';

const describedByBoth = {
  notes: z
    .string()
    .max(20_000)
    .optional()
    .describe('What a person reads before taking the release: plain text, shown as it is written.'),
  upgradesFrom: z
    .array(upgradeEdgeSchema)
    .max(200)
    .default([])
    .describe('Legal edges to this release. None: it can only be installed new.'),
  required: z.boolean().default(false).describe('True: no path may skip this release.'),
  kubernetes: z
    .strictObject({
      version: packVersionSchema.describe('The version this release brings.'),
      supported: z.string().min(1).max(200).describe('The range it runs on, which holds its own: ">=1.26 <1.28".'),
    })
    .describe('Kubernetes of the enterprise cluster.'),
  gateway: z
    .strictObject({
      version: packVersionSchema.describe('The gateway that belongs to this release.'),
      minimum: packVersionSchema.describe('The oldest gateway with which the upgrade may begin.'),
    })
    .optional()
    .describe('Private cloud gateways. Absent: unchanged.'),
  checks: z
    .array(declaredCheckSchema)
    .max(100)
    .default([])
    .describe('Checks that this release adds to those that are made before an upgrade to it may be confirmed.'),
  migrations: z.array(migrationSchema).max(500).default([]).describe('What changed shape in the values of packs.'),
  steps: z
    .record(
      z.string().regex(/^[a-z0-9][a-z0-9._-]{0,200}$/),
      z.strictObject({ rollback: z.literal('one-way').describe('The step cannot be taken back.') }),
    )
    .default({})
    .describe('By step name (control-plane, layer-addon-platform): what this release knows better than the default.'),
};

const releaseSteps = z
  .array(declaredStepSchema)
  .max(50)
  .describe(
    'Steps that this release adds to the plan. Several at one place are done in the order in which they stand here.',
  );

const metadata = z
  .strictObject({
    product: z
      .string()
      .regex(/^[A-Za-z][A-Za-z0-9 -]{0,60}$/, 'letters, digits, spaces and hyphens')
      .describe('The platform, as it is shown to people.'),
    version: packVersionSchema.describe('Version of the platform.'),
  })
  .describe('What is released.');

const head = {
  apiVersion: z.literal('sealift.dev/v1').describe('Version of this format.'),
  kind: z.literal('Release').describe('Always Release.'),
  metadata,
};

const sourceText = z
  .string()
  .min(1)
  .max(1000)
  .describe(
    'oci:FOLDER, oci-archive:FILE, docker-archive:FILE, each with :NAME for one image of it, or docker://HOST/PATH:TAG.',
  );
const imageSource = z.union([
  sourceText,
  z.strictObject({
    source: sourceText,
    name: z
      .string()
      .min(1)
      .max(500)
      .describe('What packs call the image, where the source calls it otherwise: docker.io/library/busybox:1.36.'),
  }),
]);

const toolName = z.string().regex(/^[a-z][a-z0-9-]{0,60}$/, 'lower-case letters, digits and hyphens');
const toolPlatform = z.string().regex(/^linux\/(?:amd64|arm64)$/, 'linux/amd64 or linux/arm64');

const releaseContent = z.strictObject({
  packs: z
    .array(z.string().min(1).max(1000))
    .max(1000)
    .describe('Pack folders, relative to this file, * standing for any name; or docker://HOST/PATH:VERSION.'),
  images: z.array(imageSource).max(10_000).default([]).describe('Where the images are.'),
  elsewhere: z
    .array(z.string().min(1).max(500))
    .max(1000)
    .default([])
    .describe(
      'Images that packs name and the bundle leaves out, because every site has them already; each by its full name.',
    ),
  nodeImage: z.string().min(1).max(1000).optional().describe('Path of the OVA.'),
  intermediateNodeImages: z
    .array(z.string().min(1).max(1000))
    .max(betweenLimit)
    .default([])
    .describe('Paths of the OVAs of spec.intermediateNodeImages, in any order.'),
  tools: z
    .array(
      z.strictObject({
        name: toolName.describe('Name of the program, such as helm.'),
        platform: toolPlatform.describe('Where it runs.'),
        path: z.string().min(1).max(1000).describe('Path of the program file.'),
      }),
    )
    .max(20)
    .default([])
    .describe('Programs that the bundle carries.'),
});

/** `release.yaml`, what a release engineer writes. */
export const releaseFileSchema = z.strictObject({
  ...head,
  spec: z
    .strictObject({
      ...describedByBoth,
      nodeImage: sourceOva.optional().describe(nodeImageText),
      intermediateNodeImages: z.array(sourceOva).min(1).max(betweenLimit).optional().describe(betweenText),
      clusterApi: clusterApi.optional().describe(clusterApiText),
      layers: z.array(releaseLayer).min(1).max(100).describe(layersText),
      releaseSteps: releaseSteps.default([]),
      content: releaseContent.describe('Where making the bundle finds things; not part of the released artifact.'),
    })
    .describe('The release itself.'),
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

/** A released program, such as helm: `digest` is that of the OCI artifact's manifest, `sha256` of the program itself. */
const releasedToolSchema = z.strictObject({
  name: toolName,
  platform: toolPlatform,
  sha256: sha256Hex,
  digest: digestSchema,
  sizeBytes: z.int().nonnegative(),
});

/** `release.json`, the released artifact that the release marker carries: everything pinned by digest. */
export const releaseSchema = z.strictObject({
  ...head,
  spec: z.strictObject({
    ...describedByBoth,
    /** Absent: the node image is unchanged. `digest` is that of the OCI artifact's manifest, `sha256` of the OVA itself. */
    nodeImage: releasedNodeImage.optional(),
    intermediateNodeImages: z.array(releasedNodeImage).min(1).max(betweenLimit).optional(),
    clusterApi: clusterApi.extend({ components: components.extend({ digest: digestSchema }) }).optional(),
    layers: z
      .array(releaseLayer.extend({ digest: digestSchema }))
      .min(1)
      .max(100),
    packs: z.array(releasedPackSchema).max(1000),
    images: z.array(releasedImageSchema).max(10_000),
    /** Absent where it has none, so that those who know of no such steps read it. */
    releaseSteps: releaseSteps.optional(),
    /** Images that its packs name and that every site has already. */
    elsewhere: z.array(z.string().min(1).max(500)).max(1000).optional(),
    /** Programs that the release is applied with. */
    tools: z.array(releasedToolSchema).max(20).optional(),
  }),
});
export type Release = z.infer<typeof releaseSchema>;
export type ReleasedPack = z.infer<typeof releasedPackSchema>;
export type ReleasedTool = z.infer<typeof releasedToolSchema>;
export type ReleasedImage = z.infer<typeof releasedImageSchema>;

/** A node image that a release pins. */
export type ReleasedNodeImage = z.infer<typeof releasedNodeImage>;

/** Every node image that a release brings: those of the minors between first. */
export function nodeImagesOf({
  nodeImage: last,
  intermediateNodeImages: between = [],
}: Pick<Release['spec'], 'nodeImage' | 'intermediateNodeImages'>): readonly ReleasedNodeImage[] {
  return last === undefined ? between : [...between, last];
}
