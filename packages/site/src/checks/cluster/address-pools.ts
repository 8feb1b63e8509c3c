import type { CheckItem } from '@sealift/core/check';
import { type AddressPool, poolsOf, readAddressPool } from '@sealift/kubernetes/address-pools';
import type { ClusterState } from '@sealift/kubernetes/cluster-state';
import { readMachineTemplate } from '@sealift/kubernetes/machine-templates';
import type { Objects } from '@sealift/kubernetes/objects';
import type { ProviderReference } from '@sealift/kubernetes/provider-reference';
import { block, type Finding, pass, withItems } from '@sealift/upgrade/preflight/check';
import type { Cancel } from '@sealift/upgrade/ports/cancel';

/** How many addresses of a pool are needed at a time, and by whom. */
interface Need {
  readonly pool: ProviderReference;
  /** Of the control plane, and of all workers: one of both groups is rolled at a time. */
  readonly controlPlane: number;
  readonly workers: number;
}

/**
 * Whether pools have an address for each machine that comes before one goes. The control plane is rolled first, then all MachineDeployments at once,
 * each with as many machines more as its strategy says.
 *
 * @param rolled whether nodes are replaced at all
 */
export async function poolsHaveRoom(
  objects: Objects,
  state: ClusterState,
  { rolled, cancel }: { readonly rolled: boolean; readonly cancel: Cancel },
): Promise<Finding> {
  if (!rolled) return pass('No node is replaced');
  const needs = await needsOf(objects, state, cancel);
  if (needs.length === 0) return pass('Machines take no addresses of pools');
  const items: CheckItem[] = [];
  const seen: string[] = [];
  for (const { pool, controlPlane, workers } of needs) {
    const place = `${pool.kind} ${pool.name}`;
    const found = await readAddressPool(objects, state.cluster.namespace, pool, cancel);
    if (found === 'missing') {
      items.push({
        place,
        text: 'is not there',
        remedy: 'Make it, or let the machine template name one that is there.',
      });
      continue;
    }
    const needed = Math.max(controlPlane, workers);
    if (found === undefined) seen.push(`${place} does not count its addresses; ${needed} at a time are needed`);
    else if (found.free >= needed) seen.push(`${place}: ${freeText(found)}, ${needed} at a time are needed`);
    else {
      items.push({
        place,
        text: `has ${freeText(found)}; ${needed} at a time are needed for machines that come before others go`,
        remedy: `Give ${place} more addresses (spec.addresses), or take away IPAddressClaims that nobody uses any more.`,
      });
    }
  }
  const [first] = items;
  if (first === undefined) return pass(seen.join('; '));
  return withItems(block(`${first.place} ${first.text}`, first.remedy ?? ''), items);
}

async function needsOf(objects: Objects, state: ClusterState, cancel: Cancel): Promise<readonly Need[]> {
  const needs = new Map<string, Need>();
  for (const owner of [state.controlPlane, ...state.deployments]) {
    const template = await readMachineTemplate(objects, state.cluster.namespace, owner.template, cancel);
    for (const pool of template === undefined ? [] : poolsOf(template)) {
      const key = `${pool.kind}/${pool.name}`;
      const { controlPlane, workers } = needs.get(key) ?? { controlPlane: 0, workers: 0 };
      const isControlPlane = owner === state.controlPlane;
      needs.set(key, {
        pool,
        controlPlane: controlPlane + (isControlPlane ? owner.surge : 0),
        workers: workers + (isControlPlane ? 0 : owner.surge),
      });
    }
  }
  return [...needs.values()];
}

function freeText({ free, total }: AddressPool): string {
  return `${free} of ${total} addresses free`;
}
