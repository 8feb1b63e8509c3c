import type { VcenterClient } from '../client/client.ts';
import { completeTemplate, ensureFolder, ensureName } from '../import/finish-template.ts';
import type { Reference } from '../xml/reference.ts';
import type { Problem, ProblemKind, TemplateReport } from './diagnose.ts';

/** Where a template is mended to. */
export interface MendPlace {
  readonly folder: Reference;
  /** A template that lacks its snapshot is made a machine of this pool for a moment. */
  readonly resourcePool: () => Promise<Reference>;
}

/** What a person has to settle first: nothing is mended around it, least of all is an unknown image given the name of a known one. */
const hindrances: readonly ProblemKind[] = [
  'several',
  'other-content',
  'other-kubernetes',
  'powered-on',
  'missing',
  'unproven',
];

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
  if (open.has('no-snapshot') || open.has('not-marked')) {
    await completeTemplate(client, machine.ref, place.resourcePool, { cancel });
  }
  if (machine.name !== name) await ensureName(client, machine.ref, name, { cancel });
  if (open.has('wrong-folder')) await ensureFolder(client, machine.ref, place.folder, { cancel });
}
