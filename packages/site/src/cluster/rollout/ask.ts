import { SealiftError } from '@sealift/core/errors';
import { ensureTemplateCopy, type MachineTemplate, readMachineTemplate } from '@sealift/kubernetes/machine-templates';
import type { Objects } from '@sealift/kubernetes/objects';
import { type Members, mergePatchOf } from '@sealift/kubernetes/merge-patch';
import { referenceTo } from '@sealift/kubernetes/provider-reference';
import type { RolloutOwner } from '@sealift/kubernetes/rollout-owner';
import { configOf, type PlannedStage } from '../emulation/stage.ts';
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
    stage,
  }: {
    readonly path: string;
    readonly version: string;
    readonly namespace: string;
    readonly setup: PlannedSetup | undefined;
    readonly stage: PlannedStage | undefined;
  },
  cancel: AbortSignal,
): Promise<void> {
  const { owner, machines, sets } = view;
  const source = await formerTemplate(objects, view, { path, namespace, name: stage?.template }, cancel);
  // Only a changed name makes Cluster API replace machines, and a template in use must not be edited.
  const name =
    source.template === path
      ? source.ref.name
      : await ensureTemplateCopy(objects, source, { path, prefix: owner.name }, cancel);
  const { template } = setup?.change ?? {};
  const patch = patchOf(owner, setup, stage);
  if (template !== undefined) await objects.create(template, cancel);
  await hookAll(objects, machines, cancel);
  // A change of the setup alone leaves no sign on a machine by which the old ones are told from the new. One of the stage comes with another version
  // where it is gone back to: then what was not replaced yet stays.
  const inForm = inFormOf(owner.version, version);
  const anew = setup?.change?.patch !== undefined || (patch !== undefined && inForm === owner.version);
  const asked = { version: inForm, template: name, ...(anew ? { anew } : {}) };
  const plan = printPlan(owner, asked, { machines: machines.map(({ machine }) => machine), sets });
  const to = name === owner.template.name ? undefined : referenceTo(owner.template, name);
  const body = {
    metadata: {
      resourceVersion: owner.resourceVersion,
      annotations: { ...setup?.annotations, ...stage?.annotations, [planAnnotation]: plan },
    },
    spec: owner.patch(asked.version, to, patch),
  };
  await objects.mergePatch(owner.ref, body, cancel);
}

/** What the patch changes of what kubeadm is told: the setup, then the stage on top of it, so that both go in one. */
function patchOf(
  owner: RolloutOwner,
  setup: PlannedSetup | undefined,
  stage: PlannedStage | undefined,
): Members | undefined {
  if (stage === undefined) return setup?.change?.patch;
  const before = configOf(owner);
  return mergePatchOf(before, stage.change(setup?.change?.config ?? before));
}

/** The machine template that is gone back to, where it is still there and leads to the same image; else the one in use. */
async function formerTemplate(
  objects: Objects,
  view: OwnerView,
  { path, namespace, name }: { readonly path: string; readonly namespace: string; readonly name: string | undefined },
  cancel: AbortSignal,
): Promise<MachineTemplate> {
  const { template } = view.owner;
  const former =
    name === undefined ? undefined : await readMachineTemplate(objects, namespace, referenceTo(template, name), cancel);
  return former?.template === path ? former : await templateInUse(objects, view, namespace, cancel);
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
