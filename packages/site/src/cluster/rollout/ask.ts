import { SealiftError } from '@sealift/core/errors';
import { ensureTemplateCopy, type MachineTemplate, readMachineTemplate } from '@sealift/kubernetes/machine-templates';
import type { Objects } from '@sealift/kubernetes/objects';
import { referenceTo } from '@sealift/kubernetes/provider-reference';
import { hook } from './hooks.ts';
import type { PlannedSetup } from '../setup/plan-setup.ts';
import { planAnnotation, printPlan } from './plan.ts';
import type { MachineView, OwnerView } from './view.ts';

/**
 * Asks one owner for a version, a template and a setup: makes the templates, keeps the machines that are there from being drained before
 * their successors are seen, and asks with one patch. Cut anywhere, it is done again from its beginning.
 *
 * @param path of the VM template, which was proved
 * @throws MACHINE_TEMPLATE_…, KUBERNETES_CONFLICT where somebody changed the owner since it was read; KUBERNETES_…
 */
export async function askOwner(
  objects: Objects,
  view: OwnerView,
  {
    path,
    version,
    namespace,
    setup,
  }: {
    readonly path: string;
    readonly version: string;
    readonly namespace: string;
    readonly setup: PlannedSetup | undefined;
  },
  cancel: AbortSignal,
): Promise<void> {
  const { owner, machines, sets } = view;
  const source = await templateInUse(objects, view, namespace, cancel);
  // Only a changed name makes Cluster API replace machines, and a template in use must not be edited.
  const name =
    source.template === path
      ? source.ref.name
      : await ensureTemplateCopy(objects, source, { path, prefix: owner.name }, cancel);
  const { patch, template } = setup?.change ?? {};
  if (template !== undefined) await objects.create(template, cancel);
  await hookAll(objects, machines, cancel);
  // A change of the setup alone leaves no sign on a machine by which the old ones are told from the new.
  const anew = patch !== undefined;
  const asked = { version: inFormOf(owner.version, version), template: name, ...(anew ? { anew } : {}) };
  const plan = printPlan(owner, asked, { machines: machines.map(({ machine }) => machine), sets });
  const to = name === owner.template.name ? undefined : referenceTo(owner.template, name);
  const body = {
    metadata: {
      resourceVersion: owner.resourceVersion,
      annotations: { ...setup?.annotations, [planAnnotation]: plan },
    },
    spec: owner.patch(asked.version, to, patch),
  };
  await objects.mergePatch(owner.ref, body, cancel);
}

/** Keeps machines that are there from being drained before their successors are seen. @throws KUBERNETES_… */
export async function hookAll(objects: Objects, machines: readonly MachineView[], cancel: AbortSignal): Promise<void> {
  for (const { machine } of machines) await hook(objects, machine, cancel);
}

/** The machine template that an owner names or, where that is gone, one that a machine of it was made from. */
async function templateInUse(
  objects: Objects,
  { owner, machines }: OwnerView,
  namespace: string,
  cancel: AbortSignal,
): Promise<MachineTemplate> {
  const names = [owner.template.name, ...machines.map(({ infrastructure }) => infrastructure?.clonedFrom)];
  for (const name of new Set(names.filter((one) => one !== undefined))) {
    const found = await readMachineTemplate(objects, namespace, referenceTo(owner.template, name), cancel);
    if (found !== undefined) return found;
  }
  const values = { owner: `${owner.kind} ${owner.name}`, name: owner.template.name };
  const about = { kind: owner.template.kind, name: owner.template.name };
  throw new SealiftError('MACHINE_TEMPLATE_MISSING', { values, about });
}

/** Cluster API writes versions with a leading `v`. */
export function inFormOf(present: string, version: string): string {
  return /^v?\d/i.test(present) && !/^v/i.test(version) ? `v${version}` : version;
}
