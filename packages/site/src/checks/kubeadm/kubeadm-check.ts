import type { Check } from '@sealift/core/check';
import type { ClusterName } from '@sealift/kubernetes/cluster';
import { readClusterState } from '@sealift/kubernetes/cluster-state';
import { readJoinConfigurations } from '@sealift/kubernetes/kubeadm-config';
import type { KubeadmSettings } from '@sealift/kubernetes/kubeadm-settings';
import type { Objects } from '@sealift/kubernetes/objects';
import { type Finding, pass, runCheck, warn, withItems } from '@sealift/upgrade/preflight/check';
import type { DesiredLayer } from '@sealift/upgrade/ports/cluster';
import { type LayerMove, moveName } from '../layers/layer-move.ts';
import type { UpgradeNeeds } from '../vcenter-checks.ts';
import { type KubeadmDifference, kubeadmDifferences } from './differences.ts';
import { packSettings } from './pack-settings.ts';

/** Where the Cluster is looked at. */
interface ClusterSide {
  objects(): Promise<Objects>;
  readonly cluster: ClusterName | undefined;
}

/** Names come from values; nobody reads more of one. */
const longestPlace = 200;
const openRemedy = 'Settle what is open in the merge, then run the preflight again; Confirm does so too.';

/**
 * Whether new machines are set up as the values of the `os` and `k8s` packs ask under `kubeadmconfig`. Sealift gives nodes a version and a
 * template and leaves the rest of their configuration alone, so whoever expects more is told here.
 */
export function kubeadmCheck(side: ClusterSide, { layers }: Pick<UpgradeNeeds, 'layers'>): Promise<Check> {
  return runCheck('kubeadm-settings', 'New nodes are set up as the packs of os and k8s ask', async (cancel) => {
    const moves = (await layers()).filter(({ layer }) => layer === 'os' || layer === 'k8s');
    if (moves.some(({ doing, next }) => doing === 'apply' && next === undefined)) {
      return warn('Not looked at while conflicts of the merge are open', openRemedy);
    }
    const now = settingsOf(moves, (move) => move.now);
    const next = settingsOf(moves, after);
    if (now.size === 0 && next.size === 0) return pass('They ask for nothing');
    const objects = await side.objects();
    const state = await readClusterState(objects, side.cluster, cancel);
    const machines = await readJoinConfigurations(objects, state, cancel);
    const isManaged = state.cluster.topology !== undefined;
    return judge(kubeadmDifferences(now, next, machines), next.size, isManaged);
  });
}

function judge(found: readonly KubeadmDifference[], asked: number, isManaged: boolean): Finding {
  const [first] = found;
  if (first === undefined) return pass(`${asked} settings compared with what new nodes get`);
  const changes = found.filter(({ isChange }) => isChange).length;
  const detail =
    `Sealift gives new nodes a version and a template, and leaves what kubeadm is told alone: ${count(found.length)} ` +
    `not as asked, or not compared, ${changes} of them changed by this upgrade; first ${shortened(first.place)} ${first.text}`;
  const where = isManaged
    ? 'the ClusterClass or its variables'
    : 'spec.kubeadmConfigSpec of the KubeadmControlPlane, and for workers into a new KubeadmConfigTemplate that their MachineDeployments name';
  const remedy = `Put what shall hold into ${where}: Cluster API replaces the machines when that changes, besides what the upgrade replaces. What stays out, new nodes do not have.`;
  const items = found.map(({ place, text, remedy: way }) => ({
    place: shortened(place),
    text,
    ...(way === undefined ? {} : { remedy: way }),
  }));
  return withItems(warn(detail, remedy), items);
}

function shortened(place: string): string {
  return place.length > longestPlace ? `${place.slice(0, longestPlace)}…` : place;
}

function count(settings: number): string {
  return settings === 1 ? 'one setting is' : `${settings} settings are`;
}

/** The layer as it runs after the upgrade. */
function after({ doing, now, next }: LayerMove): DesiredLayer | undefined {
  return doing === 'remove' ? undefined : (next ?? now);
}

function settingsOf(
  moves: readonly LayerMove[],
  layerOf: (move: LayerMove) => DesiredLayer | undefined,
): KubeadmSettings {
  return new Map(
    moves.flatMap((move) => {
      const layer = layerOf(move);
      return layer === undefined ? [] : [...packSettings(layer.values, moveName(move))];
    }),
  );
}
