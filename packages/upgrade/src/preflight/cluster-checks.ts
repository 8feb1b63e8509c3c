import type { Check } from '@sealift/core/check';
import type { ClusterProfile, ProfileLayer } from '@sealift/core/profile';
import { acceptable, block, type Finding, pass, runCheck, warn } from './check.ts';
import { hashOfValues } from '../frozen.ts';
import type { ClusterPort, LayerPlace, LayerStatus } from '../ports/cluster.ts';

/** Every node answers and is ready. */
export function nodesReady(cluster: ClusterPort): Promise<Check> {
  return runCheck('nodes-ready', 'Every node is ready', async (cancel) => {
    const nodes = await cluster.nodes(cancel);
    const open = nodes.filter((node) => !node.ready);
    if (nodes.length === 0) return block('The cluster reports no nodes', 'Check the connection to the cluster.');
    if (open.length === 0) return pass(`${nodes.length} of ${nodes.length} nodes are ready`);
    const named = open.map((node) => `${node.name}: ${node.message}`).join('; ');
    const finding = block(named, 'Bring these nodes back, or wait until they have joined.');
    // One of the control plane is a member of etcd: without it the next replacement may cost the quorum.
    if (open.some(({ role }) => role === 'control-plane')) return finding;
    const consequence =
      'What runs on these workers has less room, and the upgrade may wait for them where it replaces nodes.';
    return acceptable(
      finding,
      consequence,
      open.map(({ name }) => name),
    );
  });
}

/** No replacement of nodes is under way. */
export function rolloutsSettled(cluster: ClusterPort): Promise<Check> {
  return runCheck('rollouts-settled', 'No node is being replaced', async (cancel) => {
    for (const group of ['control-plane', 'workers'] as const) {
      const status = await cluster.rollout(group, cancel);
      if (status.wait !== null)
        return block(status.wait.what, status.wait.remedy ?? 'Wait until the rollout has finished.');
    }
    return pass('Control plane and workers are settled');
  });
}

/** The control plane can go to the next minor in a way that can be taken back, with etcd kept at the version that runs. */
export function emulationPossible(cluster: ClusterPort): Promise<Check> {
  return runCheck('reversible', 'The control plane can be kept able to go back', async (cancel) => {
    const obstacles = await cluster.obstaclesToEmulation(cancel);
    const sure = obstacles.filter(({ maybe }) => !maybe);
    const [first = obstacles[0]] = sure;
    if (first === undefined) {
      return pass('It serves the minor of today, and etcd keeps its version, until you finalise');
    }
    const named = sure.length > 0 ? sure : obstacles;
    const finding = block(named.map(({ what }) => what).join('; '), first.remedy);
    if (sure.length > 0) return finding;
    const consequence =
      'The first new machine may not come up; the others go on serving, and the upgrade can be taken back.';
    return acceptable(
      finding,
      consequence,
      named.map(({ what }) => what),
    );
  });
}

/** An upgrade that was ended early; what it changed stands. */
export interface EndedUpgrade {
  readonly to: string;
  /** Whether a difference of a layer may come from it. */
  touches(place: LayerPlace): boolean;
}

/**
 * Each layer runs healthy, and exactly the pack and values that the profile records.
 *
 * @param ended the upgrade that explains differences; null where nothing explains them
 */
export function layersAsRecorded(
  cluster: ClusterPort,
  profile: ClusterProfile | null,
  ended: EndedUpgrade | null,
): Promise<Check> {
  return runCheck('layers-healthy', 'Every layer is healthy and runs what is recorded', async (cancel) => {
    if (profile === null) return notAdopted();
    const statuses = await cluster.layers(cancel);
    const explained: string[] = [];
    const unhealthy: UnhealthyLayer[] = [];
    let differing: Finding | undefined;
    for (const layer of profile.layers) {
      const status = statuses.find((one) => one.layer === layer.layer && one.pack === layer.pack);
      const difference = differenceOf(layer, status);
      const isExplained = difference !== null && ended?.touches(layer) === true;
      if (difference?.outcome === 'block' && !isExplained) return difference;
      if (isExplained) explained.push(difference.detail);
      else if (difference !== null) differing ??= difference;
      // Also of one that differs. What the ended upgrade was cut in has no digest yet, and goes on with it.
      const isCut = isExplained && status?.digest === '';
      if (status !== undefined && status.wait !== null && !isCut) unhealthy.push({ place: layer, wait: status.wait });
    }
    if (unhealthy.length > 0) return unhealthyFinding(unhealthy);
    if (differing !== undefined) return differing;
    if (ended !== null && explained.length > 0) {
      const remedy = `Continue with the upgrade to ${ended.to}; what is done already is not done again.`;
      return warn(`${explained.join('; ')}: so the upgrade to ${ended.to} left it`, remedy);
    }
    return pass(`${profile.layers.length} layers run ${profile.version} with the recorded values`);
  });
}

interface UnhealthyLayer {
  readonly place: LayerPlace;
  readonly wait: NonNullable<LayerStatus['wait']>;
}

/** The upgrade may be what mends it, so a person may go on. */
function unhealthyFinding(layers: readonly UnhealthyLayer[]): Finding {
  const remedy = layers[0]?.wait.remedy ?? 'Mend the layer, or wait until it settles.';
  return acceptable(
    block(layers.map(({ wait }) => wait.what).join('; '), remedy),
    'The upgrade waits at a layer that is not healthy after it, and what the layer does stays away until then.',
    layers.map(({ place }) => `${place.layer}/${place.pack}`),
  );
}

function differenceOf(recorded: ProfileLayer, runs: LayerStatus | undefined): Finding | null {
  const { pack, version, digest, currentValues } = recorded;
  if (runs === undefined) return block(`${pack} is not on the cluster`, 'Find out who removed it.');
  const remedy = 'Find out who changed the cluster past the console.';
  if (runs.version !== version || runs.digest !== digest) {
    const rebuilt = runs.version === version ? ' in another build' : '';
    return warn(`${pack} runs ${runs.version}${rebuilt}, recorded is ${version}`, remedy);
  }
  if (runs.valuesHash === hashOfValues(currentValues)) return null;
  return warn(`${pack} runs other values than recorded`, remedy);
}

export function notAdopted(): Finding {
  return block(
    'No release is recorded as installed',
    'Sync the pack registry, then record it with `sealift platform adopt`.',
  );
}
