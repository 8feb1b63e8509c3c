import type { Check, CheckItem } from '@sealift/core/check';
import { isSetupLayer } from '@sealift/core/planner';
import type { ClusterName } from '@sealift/kubernetes/cluster';
import { readClusterState } from '@sealift/kubernetes/cluster-state';
import type { KubeadmSettings } from '@sealift/kubernetes/kubeadm-settings';
import type { Objects } from '@sealift/kubernetes/objects';
import { block, type Finding, pass, runCheck, warn, withItems } from '@sealift/upgrade/preflight/check';
import type { DesiredLayer } from '@sealift/upgrade/ports/cluster';
import { askedSettings } from '../../cluster/setup/asked-settings.ts';
import type { LayerMove } from '../layers/layer-move.ts';
import type { UpgradeNeeds } from '../vcenter-checks.ts';
import { type KubeadmDifference, kubeadmDifferences } from './differences.ts';
import { lookAhead, type NextMachines, refusalOf } from './next-machines.ts';

/** Where the Cluster is looked at. */
interface ClusterSide {
  objects(): Promise<Objects>;
  readonly cluster: ClusterName | undefined;
}

/** Names come from values; nobody reads more of one. */
const longestPlace = 200;
const openRemedy = 'Settle what is open in the merge, then run the preflight again; Confirm does so too.';

/**
 * Whether new machines are set up as the values of the `os` and `k8s` packs ask under `kubeadmconfig`: what the upgrade writes is named and tried,
 * and what it does not write is compared.
 */
export function kubeadmCheck(
  side: ClusterSide,
  needs: Pick<UpgradeNeeds, 'layers' | 'controlPlaneRollouts' | 'workerRollouts'>,
): Promise<Check> {
  return runCheck('kubeadm-settings', 'New nodes are set up as the packs of os and k8s ask', async (cancel) => {
    const moves = (await needs.layers()).filter(isSetupLayer);
    if (moves.some(({ doing, next }) => doing === 'apply' && next === undefined)) {
      return warn('Not looked at while conflicts of the merge are open', openRemedy);
    }
    const now = settingsOf(moves.map((move) => move.now));
    const next = settingsOf(moves.map(after));
    if (now.size === 0 && next.size === 0) return pass('They ask for nothing');
    const objects = await side.objects();
    const state = await readClusterState(objects, side.cluster, cancel);
    const machines: NextMachines[] = [];
    for (const owner of [state.controlPlane, ...state.deployments]) {
      const { controlPlaneRollouts, workerRollouts } = needs;
      const isRolled = (owner.kind === 'KubeadmControlPlane' ? controlPlaneRollouts : workerRollouts) > 0;
      machines.push(await lookAhead(objects, owner, { next, isRolled }, cancel));
    }
    for (const one of machines) {
      const refused = await refusalOf(objects, one, cancel);
      if (refused !== undefined) return block(refused.detail, refused.remedy);
    }
    const found = kubeadmDifferences(now, next, machines);
    return judge(found, { machines, asked: next.size, isManaged: state.cluster.topology !== undefined });
  });
}

function judge(
  found: readonly KubeadmDifference[],
  {
    machines,
    asked,
    isManaged,
  }: { readonly machines: readonly NextMachines[]; readonly asked: number; readonly isManaged: boolean },
): Finding {
  const written = machines.flatMap(({ owner, written: places }) =>
    places.map((place): CheckItem => ({ place, text: `is written into ${owner} by this upgrade` })),
  );
  const comes = written.length === 0 ? '' : `${countOf(written.length)} written with the new nodes`;
  const [first] = found;
  if (first === undefined) {
    const detail = `${asked} settings compared with what new nodes get${comes === '' ? '' : `; ${comes}`}`;
    return withItems(pass(detail), short(written));
  }
  const changes = found.filter(({ isChange }) => isChange).length;
  const detail =
    `${comes === '' ? '' : `${comes}; `}${countOf(found.length)} not as asked after it, or not compared, ` +
    `${changes} of them changed by this upgrade; first ${shortened(first.place)} ${first.text}`;
  return withItems(warn(detail, isManaged ? managedRemedy : ownRemedy), short([...found, ...written]));
}

const managedRemedy =
  'A ClusterClass sets up the nodes, and Sealift writes nothing into it: put what shall hold into the class or its variables. What stays out, new nodes do not have.';
const ownRemedy =
  'Put what shall hold into spec.kubeadmConfigSpec of the KubeadmControlPlane, and for workers into a new KubeadmConfigTemplate that their MachineDeployments name: Cluster API replaces the machines when that changes. What stays out, new nodes do not have.';

function short(items: readonly CheckItem[]): readonly CheckItem[] {
  return items.map(({ place, text, remedy }) => ({
    place: shortened(place),
    text,
    ...(remedy === undefined ? {} : { remedy }),
  }));
}

function shortened(place: string): string {
  return place.length > longestPlace ? `${place.slice(0, longestPlace)}…` : place;
}

function countOf(settings: number): string {
  return settings === 1 ? 'one setting is' : `${settings} settings are`;
}

/** The layer as it runs after the upgrade. */
function after({ doing, now, next }: LayerMove): DesiredLayer | undefined {
  return doing === 'remove' ? undefined : (next ?? now);
}

function settingsOf(layers: readonly (DesiredLayer | undefined)[]): KubeadmSettings {
  return askedSettings(layers.flatMap((layer) => layer ?? []));
}
