import { layerNameSchema, packNameSchema, packVersionSchema } from '@sealift/core/pack';
import { digestSchema } from '@sealift/core/release';
import { z } from 'zod';

/** SHA-256, lower-case hex. */
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, '64 lower-case hex digits');

/** A VM template's name in vCenter: one inventory path element. */
export const templateNameSchema = z
  .string()
  .max(80)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'letters, digits and . _ -, starting with a letter or digit');

const kubernetesSchema = z
  .string()
  .max(40)
  .regex(/^\d+\.\d+\.\d+$/, 'a Kubernetes version such as 1.26.10');

/** How far a control plane is on a way that can be gone back. */
const stageSchema = z.strictObject({
  emulates: z
    .string()
    .regex(/^\d{1,4}\.\d{1,4}$/, 'a minor of Kubernetes such as 1.36')
    .nullable(),
  pinsEtcd: z.boolean(),
});

/** What a group of nodes shall run. */
export const desiredSchema = z.strictObject({
  version: kubernetesSchema,
  template: templateNameSchema,
  /** Digest of what kubeadm is asked to do on them; without it that stays as it is. */
  setup: sha256Schema.optional(),
  /** Without it that stays as it is, too. */
  stage: stageSchema.optional(),
});
export type Desired = z.infer<typeof desiredSchema>;

export const groupSchema = z.enum(['control-plane', 'workers']);
export type Group = z.infer<typeof groupSchema>;

const templateSchema = z.strictObject({
  name: templateNameSchema,
  sha256: sha256Schema.nullable(),
  kubernetes: kubernetesSchema.nullable(),
  sizeBytes: z.int().nonnegative(),
  poweredOn: z.boolean(),
  marked: z.boolean(),
});
export type SimulatedTemplate = z.infer<typeof templateSchema>;

/** A layer as it was last applied. */
export const appliedLayerSchema = z.strictObject({
  layer: layerNameSchema,
  pack: packNameSchema,
  version: packVersionSchema,
  digest: digestSchema,
  valuesHash: sha256Schema,
});
export type AppliedLayer = z.infer<typeof appliedLayerSchema>;

/** With its values, where the cluster was told of them. */
const runningLayerSchema = appliedLayerSchema.extend({ values: z.string().max(4_000_000).nullable().default(null) });

const machineSchema = z.strictObject({ ...desiredSchema.shape, name: z.string(), ready: z.boolean() });
export type Machine = z.infer<typeof machineSchema>;

/** Where the replacement of one machine is; `since` is wall-clock time in ms, so a restarted process goes on. */
const phaseSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('idle') }),
  z.strictObject({ kind: z.literal('booting'), machine: z.string(), since: z.number() }),
  z.strictObject({ kind: z.literal('draining'), machine: z.string(), since: z.number() }),
]);

const nodeGroupSchema = z.strictObject({
  desired: desiredSchema,
  replicas: z.int().min(1).max(20),
  nextNumber: z.int(),
  machines: z.array(machineSchema),
  phase: phaseSchema,
});
export type NodeGroup = z.infer<typeof nodeGroupSchema>;

/** Under which id the cluster's volumes are known to vCenter, and which other clusters use it too. */
const storageSchema = z.strictObject({
  clusterId: z.string().min(1).max(200),
  sharedWith: z.array(z.string().max(200)).max(20),
});
export type SimulatedStorage = z.infer<typeof storageSchema>;

/** The Cluster API providers that are asked for. */
export const desiredProvidersSchema = z.strictObject({
  core: packVersionSchema,
  kubeadm: packVersionSchema,
  vsphere: packVersionSchema,
  components: z.strictObject({ pack: packNameSchema, version: packVersionSchema, digest: digestSchema }),
});

/** Digest of the Cluster API providers' components that were last asked for. */
const providersSchema = z.strictObject({ digest: digestSchema, appliedAt: z.number() });

/** A custom kind with objects in a version that goes. */
const staleVersionsSchema = z.strictObject({
  definition: z.string().min(1).max(500),
  versions: z.array(z.string().min(1).max(63)).min(1).max(100),
  objects: z.int().min(1),
  target: z.string().min(1).max(63),
});

const texts = z.record(z.string().max(320), z.string().max(10_000));
/** An object of the cluster, as far as checks and steps of releases ask for it. */
const objectSchema = z.looseObject({
  apiVersion: z.string().min(1).max(300),
  kind: z.string().min(1).max(63),
  metadata: z.looseObject({
    name: z.string().min(1).max(253),
    namespace: z.string().max(63).optional(),
    labels: texts.optional(),
    annotations: texts.optional(),
    ownerReferences: z
      .array(z.looseObject({ kind: z.string(), name: z.string(), controller: z.boolean().optional() }))
      .optional(),
    managedFields: z.array(z.looseObject({ manager: z.string().optional() })).optional(),
  }),
});
export type SimulatedObject = z.infer<typeof objectSchema>;
const objectsSchema = z.array(objectSchema).max(500).default([]);

/** One line of `calls.log`. */
export const callLineSchema = z.object({
  at: z.iso.datetime(),
  sequence: z.int(),
  call: z.string(),
  /** Whether the call changed something; logged exactly when the change takes place. */
  effect: z.boolean(),
  parameters: z.record(z.string(), z.unknown()),
  refused: z.string().optional(),
});
export type CallLine = z.infer<typeof callLineSchema>;

/** All that the simulated vCenter and cluster remember. */
export const stateSchema = z.strictObject({
  formatVersion: z.literal(1),
  templates: z.array(templateSchema),
  groups: z.strictObject({ 'control-plane': nodeGroupSchema, workers: nodeGroupSchema }),
  layers: z.array(runningLayerSchema.extend({ appliedAt: z.number() })),
  storage: storageSchema,
  providers: providersSchema.nullable(),
  staleVersions: z.array(staleVersionsSchema).max(100),
  objects: objectsSchema,
  /** The log line of the newest effect: saved in one write with the effect, so a crash in between loses neither. */
  lastEffect: callLineSchema.nullable(),
});
export type SimulatorState = z.infer<typeof stateSchema>;

/** What a new simulated cluster runs. */
export const initialClusterSchema = z.strictObject({
  kubernetes: kubernetesSchema,
  template: templateNameSchema,
  /** SHA-256 of the OVA the template was made from, if known. */
  templateSha256: sha256Schema.nullable().default(null),
  layers: z.array(runningLayerSchema).max(100).default([]),
  staleVersions: z.array(staleVersionsSchema).max(100).default([]),
  objects: objectsSchema,
  storage: storageSchema.default({ clusterId: 'demo/demo-cluster', sharedWith: [] }),
});
export type InitialCluster = z.input<typeof initialClusterSchema>;

/** The cluster that a simulator starts with when it is told nothing else. */
export const sampleCluster: InitialCluster = { kubernetes: '1.26.8', template: 'r_u-2204-0-k-1268-0' };

/** A settled cluster: three control-plane nodes, three workers, their template in place, every layer healthy. */
export function initialState(given: InitialCluster): SimulatorState {
  const { kubernetes, template, templateSha256, layers, storage, staleVersions, objects } =
    initialClusterSchema.parse(given);
  const desired: Desired = { version: kubernetes, template };
  const group = (prefix: string): NodeGroup => ({
    desired,
    replicas: 3,
    nextNumber: 4,
    machines: [1, 2, 3].map((number) => ({ name: `${prefix}-${number}`, ...desired, ready: true })),
    phase: { kind: 'idle' },
  });
  return {
    formatVersion: 1,
    templates: [{ name: template, sha256: templateSha256, kubernetes, sizeBytes: 0, poweredOn: false, marked: true }],
    groups: { 'control-plane': group('control-plane'), workers: group('worker') },
    layers: layers.map((layer) => ({ ...layer, appliedAt: 0 })),
    storage,
    providers: null,
    staleVersions,
    objects,
    lastEffect: null,
  };
}
