import { createHash } from 'node:crypto';
import { canonicalJson } from '@sealift/core/canonical-json';
import { SealiftError } from '@sealift/core/errors';
import { z } from 'zod';
import { decode } from '../connection/decode.ts';
import { type KubeObject, nameOf, type ObjectReference, referenceOf } from '../objects/object.ts';
import type { Objects } from '../objects/objects.ts';
import { servedKind } from './discovery.ts';
import { groupOf, type ProviderReference } from './reference.ts';

/** A VSphereMachineTemplate: what machines are made from. Its spec can't be changed, so another is made instead. */
export interface MachineTemplate {
  readonly ref: ObjectReference;
  /** Of the VM template in vCenter, as it was written: its name or inventory path. */
  readonly template: string;
  readonly object: KubeObject;
}

const schema = z.looseObject({
  spec: z.looseObject({ template: z.looseObject({ spec: z.looseObject({ template: z.string().min(1).max(2000) }) }) }),
});

/** The only kind whose machine templates are understood. */
export const templateKind = 'VSphereMachineTemplate';

/**
 * Reads a machine template; undefined where it does not exist.
 *
 * @throws MACHINE_TEMPLATE_OTHER_KIND, KUBERNETES_…
 */
export async function readMachineTemplate(
  objects: Objects,
  namespace: string,
  at: ProviderReference,
  cancel?: AbortSignal,
): Promise<MachineTemplate | undefined> {
  const { kind, name } = at;
  if (kind !== templateKind) throw new SealiftError('MACHINE_TEMPLATE_OTHER_KIND', { values: { kind, name } });
  const apiVersion = await servedKind(
    objects.discovery,
    { group: groupOf(at), kind, asWritten: at.apiVersion },
    cancel,
  );
  if (apiVersion === undefined) {
    throw new SealiftError('KUBERNETES_KIND_UNKNOWN', { values: { kind, apiVersion: at.apiVersion ?? groupOf(at) } });
  }
  const object = await objects.get({ apiVersion, kind, namespace, name }, cancel);
  return object === undefined ? undefined : machineTemplateOf(object);
}

/**
 * Makes a copy of a machine template that names another VM template; where the same copy is there already, it is that one.
 *
 * Its machines are always full clones. A VM template with a snapshot, which every one that Sealift imports has, makes linked clones by
 * default: those ignore `diskGiB`, so that disks shrink to the image's size, and they need the VM template for as long as they live.
 *
 * @param path inventory path of the VM template
 * @param prefix of the name; the rest is a digest of the content, so that doing it again makes nothing new
 * @returns the name of the copy
 * @throws MACHINE_TEMPLATE_TAKEN, KUBERNETES_…
 */
export async function ensureTemplateCopy(
  objects: Objects,
  source: MachineTemplate,
  { path, prefix }: { readonly path: string; readonly prefix: string },
  cancel?: AbortSignal,
): Promise<string> {
  const place = nameOf(source.ref);
  const { spec } = decode(schema, source.object, place);
  // Which snapshot of the VM template to link to: another one's has another name.
  const { snapshot: _, ...inner } = spec.template.spec;
  const copied = {
    ...spec,
    template: { ...spec.template, spec: { ...inner, template: path, cloneMode: 'fullClone' } },
  };
  const digest = createHash('sha256').update(canonicalJson(copied)).digest('hex').slice(0, 10);
  const name = `${prefix.slice(0, 50)}-${digest}`;
  const { apiVersion, kind, metadata } = source.object;
  const { namespace, labels } = metadata;
  const copy: KubeObject = { apiVersion, kind, metadata: { name, namespace, labels }, spec: copied };
  if (await objects.create(copy, cancel)) return name;
  const ref = { ...source.ref, name };
  const there = await objects.get(ref, cancel);
  const same = there !== undefined && !isGoing(there) && makesSame(there, path);
  if (same) return name;
  throw new SealiftError('MACHINE_TEMPLATE_TAKEN', { values: { name: nameOf(ref) } });
}

/** Whether its machines have disks of the size that it asks for: a linked clone's have the size of the image's. */
export function makesFullClones({ object }: MachineTemplate): boolean {
  const { cloneMode, diskGiB } = decode(schema, object, nameOf(referenceOf(object))).spec.template.spec;
  return cloneMode === 'fullClone' || diskGiB === undefined;
}

function isGoing({ metadata }: KubeObject): boolean {
  return (metadata.deletionTimestamp ?? null) !== null;
}

/** Defaults of the provider may have been added to it; what decides which machines it makes is compared. */
function makesSame(object: KubeObject, path: string): boolean {
  const parsed = schema.safeParse(object);
  if (!parsed.success) return false;
  const { template, cloneMode } = parsed.data.spec.template.spec;
  return template === path && cloneMode === 'fullClone';
}

function machineTemplateOf(object: KubeObject): MachineTemplate {
  const ref = referenceOf(object);
  const { spec } = decode(schema, object, nameOf(ref));
  return { ref, template: spec.template.spec.template, object };
}
