import { z } from 'zod';

/** On a pool of a topology: its version stays while the control plane's and other pools' change (Cluster API, "Labels and annotations"). */
export const deferAnnotation = 'topology.cluster.x-k8s.io/defer-upgrade';
const holdAnnotation = 'topology.cluster.x-k8s.io/hold-upgrade-sequence';
/** What Sealift writes as its value, to know its own. */
const deferredByUs = 'sealift';

const list = 1000;
const variable = z.looseObject({ name: z.string(), value: z.unknown() });
const overrides = z.looseObject({ overrides: z.array(variable).max(list).nullish() }).nullish();
const poolSchema = z.looseObject({
  name: z.string(),
  class: z.string(),
  metadata: z.looseObject({ annotations: z.record(z.string(), z.string()).nullish() }).nullish(),
  variables: overrides,
});

/** `spec.topology` of a Cluster of v1beta1 or v1beta2; what is not understood is kept, for it has to be written again with lists. */
export const topologySchema = z.looseObject({
  version: z.string(),
  class: z.string().nullish(),
  classNamespace: z.string().nullish(),
  classRef: z.looseObject({ name: z.string(), namespace: z.string().nullish() }).nullish(),
  controlPlane: z.looseObject({ variables: overrides }).nullish(),
  workers: z
    .looseObject({
      machineDeployments: z.array(poolSchema).max(list).nullish(),
      machinePools: z.array(z.unknown()).max(list).nullish(),
    })
    .nullish(),
  variables: z.array(variable).max(list).nullish(),
});
export type Topology = z.infer<typeof topologySchema>;
type Pool = z.infer<typeof poolSchema>;

/** Where in the variables of a topology a value is: the name of a variable and, within its value, fields. */
export interface VariablePlace {
  readonly name: string;
  readonly fields: readonly string[];
}

/** A part of a topology: a pool of workers by its name, or the control plane. */
export type TopologyPart = string | undefined;

/** The ClusterClass of a topology. */
export function classOf({ classRef, class: name, classNamespace }: Topology): { name: string; namespace?: string } {
  const namespace = classRef?.namespace ?? classNamespace ?? undefined;
  return { name: classRef?.name ?? name ?? '', ...(namespace === undefined ? {} : { namespace }) };
}

/** The pool of a name. */
export function poolOf({ workers }: Topology, name: string): Pool | undefined {
  return workers?.machineDeployments?.find((pool) => pool.name === name);
}

/** Whether Sealift, or somebody else, keeps a pool at its version. */
export function isDeferred(pool: Pool | undefined): boolean {
  return Object.hasOwn(pool?.metadata?.annotations ?? {}, deferAnnotation);
}

/** Why pools do not follow the version of the topology, by somebody else's will; undefined where they do. */
export function heldByOthers({ workers }: Topology): string | undefined {
  for (const { name, metadata } of workers?.machineDeployments ?? []) {
    const annotations = metadata?.annotations ?? {};
    const own = !Object.hasOwn(annotations, deferAnnotation) || annotations[deferAnnotation] === deferredByUs;
    if (!own) return `its pool ${name} is kept back by the annotation ${deferAnnotation}`;
    if (Object.hasOwn(annotations, holdAnnotation)) {
      return `its pool ${name} is kept back by the annotation ${holdAnnotation}`;
    }
  }
  return undefined;
}

/** The text that a part of a topology has at a place: its own, else that of the whole. */
export function textAt(topology: Topology, part: TopologyPart, place: VariablePlace): string | undefined {
  let value = valueOf(topology, part, place.name);
  for (const field of place.fields) value = memberOf(value, field);
  return typeof value === 'string' ? value : undefined;
}

/**
 * The merge patch of `spec.topology` that gives the control plane another version and text at a place, in one change, while all pools of
 * workers stay as they are: they would follow with the version alone as soon as the control plane has it.
 */
export function controlPlanePatch(
  topology: Topology,
  { version, place, text }: { readonly version: string; readonly place: VariablePlace; readonly text: string },
): Readonly<Record<string, unknown>> {
  const pools = topology.workers?.machineDeployments ?? [];
  const deferred = pools.map((pool) => annotated(pool, { [deferAnnotation]: deferredByUs }));
  return {
    version,
    controlPlane: { variables: { overrides: overridden(topology, undefined, place, text) } },
    ...(pools.length === 0 ? {} : { workers: { machineDeployments: deferred } }),
  };
}

/** The merge patch of `spec.topology` that lets one pool have the topology's version, and another text at a place, in one change. */
export function poolPatch(
  topology: Topology,
  name: string,
  { place, text }: { readonly place: VariablePlace; readonly text: string },
): Readonly<Record<string, unknown>> {
  const machineDeployments = (topology.workers?.machineDeployments ?? []).map((pool) =>
    pool.name === name
      ? {
          ...annotated(pool, { [deferAnnotation]: undefined }),
          variables: { ...pool.variables, overrides: overridden(topology, name, place, text) },
        }
      : pool,
  );
  return { workers: { machineDeployments } };
}

function annotated(pool: Pool, changes: Readonly<Record<string, string | undefined>>): Pool {
  const all = Object.entries({ ...pool.metadata?.annotations, ...changes });
  const annotations = Object.fromEntries(all.filter((one): one is [string, string] => one[1] !== undefined));
  return { ...pool, metadata: { ...pool.metadata, annotations } };
}

function overridesOf(topology: Topology, part: TopologyPart): readonly z.infer<typeof variable>[] {
  const of = part === undefined ? topology.controlPlane : poolOf(topology, part);
  return of?.variables?.overrides ?? [];
}

function valueOf(topology: Topology, part: TopologyPart, name: string): unknown {
  const all = [...overridesOf(topology, part), ...(topology.variables ?? [])];
  return all.find((one) => one.name === name)?.value;
}

/** A variable is overridden as a whole: what else is in its value is repeated. */
function overridden(
  topology: Topology,
  part: TopologyPart,
  { name, fields }: VariablePlace,
  text: string,
): readonly object[] {
  const others = overridesOf(topology, part).filter((one) => one.name !== name);
  return [...others, { name, value: withText(valueOf(topology, part, name), fields, text) }];
}

function withText(value: unknown, [first, ...rest]: readonly string[], text: string): unknown {
  if (first === undefined) return text;
  const members = typeof value === 'object' && value !== null ? value : {};
  return { ...members, [first]: withText(memberOf(value, first), rest, text) };
}

function memberOf(value: unknown, field: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, field)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[field];
}
