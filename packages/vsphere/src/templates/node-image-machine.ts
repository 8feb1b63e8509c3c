import type { VcenterClient } from '../client/client.ts';
import { parseIdentity, type TemplateIdentity } from '../import/identity.ts';
import type { Datacenter } from '../import/places.ts';
import type { TemplateFolder } from '../import/template-folder.ts';
import { softwareIn } from '../ovf/software.ts';
import { pathOf, unescapeName } from '../property/inventory.ts';
import type { ObjectProperties } from '../property/properties.ts';
import { retrieveAll } from '../property/retrieve.ts';
import { boolean, managedObject, many, optional, raw, record, required, text } from '../xml/decode.ts';
import { printReference, type Reference, sameReference } from '../xml/reference.ts';
import { isNodeImageName } from './image-name.ts';

/** A virtual machine or template that is, or was meant to become, a node image's template. */
export interface NodeImageMachine {
  readonly ref: Reference;
  readonly name: string;
  /** Inventory path of the folder that it is in. */
  readonly folder: string;
  readonly inTemplateFolder: boolean;
  /** Marked as template. */
  readonly template: boolean;
  readonly poweredOn: boolean;
  readonly hasSnapshot: boolean;
  /** What was written into its annotation when it was imported; undefined for one deployed by hand. */
  readonly identity: TemplateIdentity | undefined;
  /** What is inside: from the identity, else from what the image brought along. */
  readonly kubernetes: string | undefined;
  readonly os: string | undefined;
}

const product = record({ name: optional(text), version: optional(text), fullVersion: optional(text) });
const property = record({ id: optional(text), value: optional(text), defaultValue: optional(text) });
const vAppConfig = record({ product: many(product), property: many(property) });

const fields = {
  name: required(text),
  parent: optional(managedObject),
  // Missing for a machine that is just being made, or whose host is out of reach.
  'config.template': optional(boolean),
  'config.annotation': optional(text),
  'config.vAppConfig': optional(vAppConfig),
  'runtime.powerState': optional(text),
  'snapshot.currentSnapshot': optional(raw),
};

/** Every machine of a datacenter that is in the folder of the templates or has the name of a node image. */
export async function findNodeImages(
  client: VcenterClient,
  datacenter: Datacenter,
  folder: TemplateFolder,
  cancel?: AbortSignal,
): Promise<readonly NodeImageMachine[]> {
  const all = await retrieveAll(client, datacenter.vmFolder, 'VirtualMachine', fields, { cancel });
  const isInside = (parent: Reference | undefined): boolean =>
    folder.ref !== undefined && parent !== undefined && sameReference(parent, folder.ref);
  const paths = new Map<string, string>();
  const found: NodeImageMachine[] = [];
  for (const one of all) {
    const inside = isInside(one.parent);
    if (!inside && !isNodeImageName(unescapeName(one.name))) continue;
    const key = one.parent === undefined ? '' : printReference(one.parent);
    const path = paths.get(key) ?? (one.parent === undefined ? '' : await pathOf(client, one.parent, cancel));
    paths.set(key, path);
    found.push(machineOf(one, path, inside));
  }
  return found.toSorted((a, b) => (`${a.folder}/${a.name}` < `${b.folder}/${b.name}` ? -1 : 1));
}

/** The machine of that name in the folder of the templates, which is where the platform looks. */
export async function findTemplate(
  client: VcenterClient,
  { ref, path }: TemplateFolder,
  name: string,
  cancel?: AbortSignal,
): Promise<NodeImageMachine | undefined> {
  if (ref === undefined) return undefined;
  const all = await retrieveAll(client, ref, 'VirtualMachine', fields, { recursive: false, cancel });
  const found = all.find((one) => unescapeName(one.name) === name);
  return found === undefined ? undefined : machineOf(found, path, true);
}

function machineOf(one: ObjectProperties<typeof fields>, folder: string, inTemplateFolder: boolean): NodeImageMachine {
  const annotation = one['config.annotation'] ?? '';
  const identity = parseIdentity(annotation);
  const inside = softwareOf(one['config.vAppConfig'], annotation);
  return {
    ref: one.ref,
    name: unescapeName(one.name),
    folder,
    inTemplateFolder,
    template: one['config.template'] === true,
    poweredOn: one['runtime.powerState'] !== undefined && one['runtime.powerState'] !== 'poweredOff',
    hasSnapshot: one['snapshot.currentSnapshot'] !== undefined,
    identity,
    kubernetes: identity?.kubernetes ?? inside.kubernetes,
    os: identity?.os ?? inside.os,
  };
}

/** vCenter keeps the image's product section and properties with the machine, and its annotation. */
function softwareOf(config: ReturnType<typeof vAppConfig> | undefined, annotation: string) {
  const properties = (config?.property ?? []).map(
    ({ id, value, defaultValue }) =>
      [id ?? '', value === undefined || value === '' ? (defaultValue ?? '') : value] as const,
  );
  const words = (config?.product ?? []).flatMap(({ name, version, fullVersion }) => [
    name ?? '',
    version ?? '',
    fullVersion ?? '',
  ]);
  return softwareIn(properties, [...words, annotation.slice(0, 64 * 1024)]);
}
