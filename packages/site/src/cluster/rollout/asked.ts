import type { MachineTemplate } from '@sealift/kubernetes/machine-templates';
import type { DesiredNodes, SetupStatus } from '@sealift/upgrade/ports/cluster';
import { plainVersion } from '../nodes.ts';
import { templateNameOf } from './node-template.ts';
import type { OwnerView } from './view.ts';

/**
 * What an owner is asked for: by the topology of its Cluster where it is in one, else by its own spec.
 *
 * @param template the machine template that it names; undefined where that is gone
 */
export function askedNodes({ owner, machines }: OwnerView, template: MachineTemplate | undefined): DesiredNodes {
  const { managed } = owner;
  const version = plainVersion(managed?.version ?? owner.version);
  // Of a machine template that is gone, the machines that were made from it still tell.
  const made = machines.find(({ infrastructure }) => infrastructure?.clonedFrom === owner.template.name);
  const path = managed?.template ?? template?.template ?? made?.infrastructure?.template ?? '';
  return { version, template: templateNameOf(path) };
}

/**
 * Whether an owner is asked for these nodes already, from a machine template that is there.
 *
 * @param setup how it stands to what kubeadm is asked; undefined where nobody asks
 */
export function isAsked(
  view: OwnerView,
  template: MachineTemplate | undefined,
  desired: DesiredNodes,
  setup: SetupStatus | undefined,
): boolean {
  const asked = askedNodes(view, template);
  const isSame = asked.version === desired.version && asked.template === desired.template;
  return template !== undefined && isSame && setup !== 'other';
}
