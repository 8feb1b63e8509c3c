import { SealiftError } from '@sealift/core/errors';
import type { VcenterClient } from '../client/client.ts';
import { ensureFolder, ensureMachine, ensureName, ensureSnapshot, ensureTemplate } from '../import/finish-template.ts';
import type { Reference } from '../xml/reference.ts';
import type { Problem, ProblemKind, TemplateReport } from './diagnose.ts';

/** Where a template is mended to. */
export interface MendPlace {
  readonly folder: Reference;
  /** A template that lacks its snapshot is made a machine of this pool for a moment. */
  readonly resourcePool: () => Promise<Reference>;
}

/** Names of machines that are in the way of one another are told first: nothing is mended around them. */
const hindrances: readonly ProblemKind[] = ['several', 'other-content', 'other-kubernetes', 'powered-on', 'missing'];

/** What of a report can be mended without a person. */
export function mendable({ problems }: TemplateReport): readonly Problem[] {
  if (problems.some(({ kind }) => hindrances.includes(kind))) return [];
  return problems.filter((problem) => problem.mendable);
}

/**
 * Mends what can be mended: snapshot and mark, then name and folder, so that whoever finds it where it must be finds a whole
 * template. Each step looks first, so a mend that was cut is gone on with.
 *
 * @throws VSPHERE_…, CANCELLED
 */
export async function mendTemplate(
  client: VcenterClient,
  report: TemplateReport,
  place: MendPlace,
  cancel?: AbortSignal,
): Promise<void> {
  const { machine, name } = report;
  const open = new Set(mendable(report).map(({ kind }) => kind));
  if (machine === undefined || open.size === 0) return;
  if (open.has('no-snapshot') && machine.template) {
    await ensureMachine(client, machine.ref, await place.resourcePool(), cancel);
  }
  if (open.has('no-snapshot')) await ensureSnapshot(client, machine.ref, cancel);
  if (open.has('no-snapshot') || open.has('not-marked')) await ensureTemplate(client, machine.ref, cancel);
  if (machine.name !== name) await ensureName(client, machine.ref, name, cancel);
  if (open.has('wrong-folder')) await ensureFolder(client, machine.ref, place.folder, cancel);
}

/**
 * Makes a template of a powered-off machine that was deployed by hand under the right name; the marks that are there stay.
 *
 * @throws VSPHERE_TEMPLATE_POWERED_ON, VSPHERE_…
 */
export async function adoptMachine(
  client: VcenterClient,
  machine: { readonly ref: Reference; readonly name: string; readonly poweredOn: boolean },
  cancel?: AbortSignal,
): Promise<void> {
  if (machine.poweredOn) throw new SealiftError('VSPHERE_TEMPLATE_POWERED_ON', { values: { name: machine.name } });
  await ensureSnapshot(client, machine.ref, cancel);
  await ensureTemplate(client, machine.ref, cancel);
}
