import { z } from 'zod';
import { decode } from '../connection/decode.ts';
import { fieldManager } from '../connection/client.ts';
import type { Members } from '../objects/merge-patch.ts';
import { nameOf, type KubeObject, type ObjectReference, referenceOf } from '../objects/object.ts';
import { type Conditions, conditionsOf, isoOf } from './conditions.ts';
import type { TemplateSource } from './cluster-class.ts';
import { pausedAnnotation, poolLabel } from './names.ts';
import type { ProviderReference } from './reference.ts';

/** What rolls machines: a KubeadmControlPlane or a MachineDeployment, in one shape whatever API version it came in. */
export interface RolloutOwner {
  readonly kind: 'KubeadmControlPlane' | 'MachineDeployment';
  readonly ref: ObjectReference;
  readonly name: string;
  readonly resourceVersion: string;
  /** Whether its controller has seen the present spec; before that no condition counts. */
  readonly observed: boolean;
  readonly annotations: Readonly<Record<string, string>>;
  readonly version: string;
  readonly template: ProviderReference;
  readonly replicas: number;
  /** How many machines there may be beyond `replicas` while it rolls. */
  readonly surge: number;
  /** How many of `replicas` may be missing while it rolls. */
  readonly unavailable: number;
  /** Whether machines are replaced by themselves; not so with the strategy OnDelete. */
  readonly replacesItself: boolean;
  readonly paused: boolean;
  /** When this program last changed its spec. */
  readonly askedAt: string | null;
  readonly conditions: Conditions;
  /** Name of its pool in the topology of its Cluster. */
  readonly pool: string | undefined;
  /** What the topology of its Cluster asks of it; undefined where it is asked itself. */
  readonly managed: ManagedOwner | undefined;
  readonly setup: OwnerSetup;
  /**
   * The merge patch of `spec` that asks for a version and, where there are such, another template and another setup.
   *
   * @param setup a merge patch of the configuration that it holds, or a reference to another template
   */
  patch(version: string, template: ProviderReference | undefined, setup?: Members): Members;
}

/** What machines of an owner are set up by: a kubeadm configuration that it holds, or a template that it names. */
export type OwnerSetup = { readonly config: Members } | { readonly template: ProviderReference | undefined };

/** What the topology of a Cluster asks of one owner of machines. */
export interface ManagedOwner {
  /** Name of its pool in the topology; undefined for the control plane. */
  readonly pool: string | undefined;
  readonly source: TemplateSource;
  readonly version: string;
  /** The VM template as the topology names it; undefined where it comes from elsewhere. */
  readonly template: string | undefined;
  /** Whether the owner has got it: the topology's controller passes on what is changed. */
  readonly passedOn: boolean;
}

/** What every owner tells in the same way. */
export function commonOf(object: KubeObject) {
  const { metadata } = object;
  const { status } = decode(common, object, nameOf(referenceOf(object)));
  const asked = (metadata.managedFields ?? [])
    .filter(({ manager, subresource }) => manager === fieldManager && (subresource ?? '') === '')
    .map(({ time }) => isoOf(time))
    .filter((time) => time !== null)
    .toSorted();
  return {
    ref: referenceOf(object),
    name: metadata.name,
    resourceVersion: metadata.resourceVersion ?? '',
    observed: (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0),
    annotations: metadata.annotations ?? {},
    paused: Object.hasOwn(metadata.annotations ?? {}, pausedAnnotation),
    askedAt: asked.at(-1) ?? null,
    conditions: conditionsOf(object),
    pool: metadata.labels?.[poolLabel],
    managed: undefined,
  };
}

const common = z.object({
  status: z.object({ observedGeneration: z.number().int().nullish() }).nullish(),
});

export const intOrPercent = z.union([z.number().int(), z.string().regex(/^\d{1,4}%?$/)]).nullish();

/** A number of machines, or a percentage of `total` that is rounded up or down (Kubernetes, IntOrString). */
export function machinesIn(
  value: z.infer<typeof intOrPercent>,
  total: number,
  rounding: 'up' | 'down',
  otherwise: number,
): number {
  if (value === null || value === undefined) return otherwise;
  if (typeof value === 'number') return value;
  if (!value.endsWith('%')) return Number(value);
  const exact = (Number.parseInt(value, 10) * total) / 100;
  return rounding === 'up' ? Math.ceil(exact) : Math.floor(exact);
}
