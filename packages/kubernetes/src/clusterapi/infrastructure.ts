import { z } from 'zod';
import { type KubeObject, type ObjectReference, referenceOf } from '../objects/object.ts';
import type { Objects } from '../objects/objects.ts';
import { type Conditions, conditionsOf } from './conditions.ts';
import { servedKind } from './discovery.ts';
import type { Machine } from './machine.ts';
import { clonedFromName, clusterNameLabel } from './names.ts';
import { groupOf } from './reference.ts';

/** The machine of the infrastructure provider behind a Machine, such as a VSphereMachine. */
export interface InfrastructureMachine {
  readonly ref: ObjectReference;
  readonly uid: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly kind: string;
  readonly name: string;
  /** Inventory path or name of the VM template that it is cloned from, as it was written. */
  readonly template: string;
  /** Inventory path or name of the folder that its VM is in; undefined where the provider chooses. */
  readonly folder: string | undefined;
  /** The machine template object that it was made from. */
  readonly clonedFrom: string | undefined;
  readonly conditions: Conditions;
}

/** Infrastructure machines by the kind and name that Machines refer to them with. */
export type InfrastructureMachines = ReadonlyMap<string, InfrastructureMachine>;

const path = z.string().max(2000).nullish();
const schema = z.object({ spec: z.object({ template: path, folder: path }).nullish() });

/** The infrastructure machines of a cluster. Of a kind that is not served there are none. @throws KUBERNETES_… */
export async function listInfrastructure(
  objects: Objects,
  {
    namespace,
    cluster,
    machines,
  }: { readonly namespace: string; readonly cluster: string; readonly machines: readonly Machine[] },
  cancel?: AbortSignal,
): Promise<InfrastructureMachines> {
  const kinds = new Map(machines.map(({ infrastructure: ref }) => [`${groupOf(ref)}/${ref.kind}`, ref]));
  const found = new Map<string, InfrastructureMachine>();
  for (const ref of kinds.values()) {
    const { kind } = ref;
    const apiVersion = await servedKind(
      objects.discovery,
      { group: groupOf(ref), kind, asWritten: ref.apiVersion },
      cancel,
    );
    if (apiVersion === undefined) continue;
    const labelSelector = `${clusterNameLabel}=${cluster}`;
    for (const object of await objects.list({ apiVersion, kind, namespace, labelSelector }, cancel)) {
      const machine = infrastructureMachineOf(object);
      found.set(keyOf(machine), machine);
    }
  }
  return found;
}

/** How an infrastructure machine is found by the reference of its Machine. */
export function keyOf({ kind, name }: { readonly kind: string; readonly name: string }): string {
  return `${kind}/${name}`;
}

function infrastructureMachineOf(object: KubeObject): InfrastructureMachine {
  const parsed = schema.safeParse(object);
  const { annotations = {}, name } = object.metadata;
  const spec = parsed.success ? parsed.data.spec : undefined;
  return {
    ref: referenceOf(object),
    uid: object.metadata.uid ?? '',
    annotations,
    kind: object.kind,
    name,
    template: spec?.template ?? '',
    folder: spec?.folder ?? undefined,
    clonedFrom: Object.hasOwn(annotations, clonedFromName) ? annotations[clonedFromName] : undefined,
    conditions: conditionsOf(object),
  };
}
