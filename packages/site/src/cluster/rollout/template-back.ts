import { touchedAnnotation } from '@sealift/kubernetes/touch';
import { type NodeTemplates, templateNameOf } from './node-template.ts';
import { lacksTemplate } from './machine-wait.ts';
import type { MachineView } from './view.ts';

/** How long a provider that was made to look may take before it is made to again. */
const againMs = 60_000;

/**
 * Machines whose VM could not be made for lack of its template, which is there now: the vSphere provider does not look again by itself before
 * its next resync, which may be ten minutes away.
 *
 * @returns names of Machines
 * @throws VSPHERE_…
 */
export async function templatesBack(
  templates: NodeTemplates,
  views: readonly MachineView[],
  now: Date,
  cancel: AbortSignal,
): Promise<ReadonlySet<string>> {
  const back = new Set<string>();
  for (const { machine, infrastructure } of views.filter((view) => lacksTemplate(view) && !wasTouched(view, now))) {
    const wanted = infrastructure?.template ?? '';
    const { path, found } = await templates.find(templateNameOf(wanted), cancel);
    if (found?.finished === true && path === wanted) back.add(machine.name);
  }
  return back;
}

function wasTouched({ infrastructure }: MachineView, now: Date): boolean {
  const at = Date.parse(infrastructure?.annotations[touchedAnnotation] ?? '');
  return !Number.isNaN(at) && now.getTime() - at < againMs;
}
