import { z } from 'zod';
import { layerNameSchema, packNameSchema, packVersionSchema } from '../../pack/pack.ts';
import { declaredNameSchema } from '../../release/declared/declared-check.ts';
import {
  type DeclaredAction,
  migrateClaimSchema,
  moveStoredVersionSchema,
  ownObjectsSchema,
  setFieldSchema,
  waitForSchema,
} from '../../release/declared/declared-step.ts';
import { digestSchema } from '../../release/digest.ts';

/** How a step can be taken back: undone in place, not undone though how it was is in the backup, or not at all. */
export const rollbackClassSchema = z.enum(['reversible', 'restorable', 'one-way']);
export type RollbackClass = z.infer<typeof rollbackClassSchema>;

const layerPlace = { layer: layerNameSchema, pack: packNameSchema };
const nodes = z.object({
  kubernetes: packVersionSchema,
  /** Name in vCenter, such as `r_u-2204-0-k-12610-0`. */
  template: z.string().min(1).max(200),
});

/** A minor of Kubernetes, such as `1.36`. */
const minorSchema = z.string().regex(/^\d{1,4}\.\d{1,4}$/);

const common = {
  /** Unique in the plan and stable: `<hop index>-<kind>`, `<hop index>-layer-<layer>-<pack>` or, of one that a release declares, `<hop index>-release-<name>`. */
  id: z.string().max(300),
  /** For people: `Roll the control plane to Kubernetes 1.26.10`. */
  title: z.string(),
  rollback: rollbackClassSchema,
};

/** A kind of step that acts on the platform as a whole. */
function plain<Kind extends string>(kind: Kind) {
  return z.object({ ...common, kind: z.literal(kind) });
}

/** A kind of step with what it acts on. */
function aimed<Kind extends string, Target extends z.ZodType>(kind: Kind, target: Target) {
  return z.object({ ...common, kind: z.literal(kind), target });
}

/** A kind of step that a release declares, under the name that it has there. */
function declared<Kind extends string, Action extends z.ZodType>(kind: Kind, action: Action) {
  return aimed(kind, z.object({ name: declaredNameSchema, do: action }));
}

/** One step of a hop: a union in which each kind has its own target, in the order in which a hop runs them. */
export const planStepSchema = z.discriminatedUnion('kind', [
  plain('lock-console'),
  plain('backup'),
  aimed('gateways', z.object({ minimum: packVersionSchema })),
  aimed(
    'template',
    nodes.extend({
      ova: z.string().min(1).max(200),
      /** SHA-256 of the OVA, lower-case hex. */
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      /** Of the manifest of the OCI artifact that holds the OVA. */
      digest: digestSchema,
    }),
  ),
  plain('cns'),
  aimed(
    'cluster-api-providers',
    z.object({
      core: packVersionSchema,
      kubeadm: packVersionSchema,
      vsphere: packVersionSchema,
      /** The pack with their manifests; the digest is that of its manifest. */
      components: z.object({ pack: packNameSchema, version: packVersionSchema, digest: digestSchema }),
    }),
  ),
  plain('stored-versions'),
  aimed('control-plane', nodes),
  /** A control plane of the next minor that serves what the present one serves, until it is finalised. */
  aimed('emulated-control-plane', nodes.extend({ emulates: minorSchema, back: nodes })),
  /** Ends the emulation, when a person says so. */
  aimed('finalise', nodes),
  aimed('workers', nodes),
  /** Lets etcd go to the version that the nodes bring. */
  aimed('etcd', nodes),
  /** The digest is that of the pack's manifest. */
  aimed('layer', z.object({ ...layerPlace, version: packVersionSchema, digest: digestSchema })),
  aimed('remove-layer', z.object(layerPlace)),
  declared('own-objects', ownObjectsSchema),
  declared('move-stored-version', moveStoredVersionSchema),
  declared('wait-for', waitForSchema),
  declared('migrate-claim', migrateClaimSchema),
  declared('set-field', setFieldSchema),
  plain('validate'),
  plain('unlock-console'),
]);
export type PlanStep = z.infer<typeof planStepSchema>;
export type StepKind = PlanStep['kind'];

/** Kinds that releases declare. */
export type DeclaredStepKind = DeclaredAction['kind'];

/** A step of one kind, with the target of that kind. */
export type StepOf<Kind extends StepKind> = StepsByKind[Kind];
type StepsByKind = { readonly [Step in PlanStep as Step['kind']]: Step };

/** Whether a step is of a kind; narrows it to that kind's target. */
export function isStep<Kind extends StepKind>(step: PlanStep, kind: Kind): step is StepOf<Kind> {
  return step.kind === kind;
}

/** Kinds that replace machines. */
const rolling: ReadonlySet<string> = new Set<StepKind>([
  'control-plane',
  'emulated-control-plane',
  'finalise',
  'workers',
  'etcd',
]);

/** Whether a step replaces machines. */
export function rollsNodes({ kind }: { readonly kind: string }): boolean {
  return rolling.has(kind);
}

/** Every step of a kind, in order. */
export function stepsOf<Kind extends StepKind>(steps: readonly PlanStep[], kind: Kind): readonly StepOf<Kind>[] {
  return steps.filter((step) => isStep(step, kind));
}

/** The first step of a kind, or undefined. */
export function stepOf<Kind extends StepKind>(steps: readonly PlanStep[], kind: Kind): StepOf<Kind> | undefined {
  return steps.find((step) => isStep(step, kind));
}
