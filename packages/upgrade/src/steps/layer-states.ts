import { waitingFor } from '@sealift/core/upgrade';
import type { DesiredLayer, LayerPlace, LayerWork } from '../ports/cluster.ts';
import type { Ports } from '../ports/ports.ts';
import { runsLayer } from './hop-layer.ts';
import type { Observation } from './step.ts';

interface Looking {
  readonly ports: Ports;
  readonly cancel: AbortSignal;
}

/** Whether the cluster runs a layer as it is wanted, and is healthy. */
export async function observeApplied({ ports, cancel }: Looking, planned: DesiredLayer): Promise<Observation> {
  const found = await findLayer({ ports, cancel }, planned);
  if (found?.underway !== undefined && isOf(found.underway, planned)) {
    const wait = found.wait ?? waitingFor(`${planned.pack}: ${planned.version} is being applied`);
    return { state: 'wait', wait, fraction: 0.25, busy: true };
  }
  if (found === undefined || !runsLayer(found, planned)) {
    return { state: 'act', message: `Applying ${planned.pack} ${planned.version}` };
  }
  if (found.wait !== null) return { state: 'wait', wait: found.wait, fraction: 0.5 };
  const { digest, valuesHash, version } = found;
  return { state: 'done', message: `${found.pack} ${version} is healthy`, evidence: { digest, valuesHash, version } };
}

/** Whether nothing of a layer is left in the cluster. */
export async function observeRemoved(looking: Looking, { layer, pack }: LayerPlace): Promise<Observation> {
  const found = await findLayer(looking, { layer, pack });
  if (found?.underway?.doing === 'remove') {
    const wait = found.wait ?? waitingFor(`${pack} is being removed`);
    return { state: 'wait', wait, fraction: 0.5, busy: true };
  }
  if (found !== undefined) return { state: 'act', message: `Removing ${pack}` };
  return { state: 'done', message: `${pack} is removed`, evidence: { removed: true } };
}

async function findLayer({ ports, cancel }: Looking, { layer, pack }: LayerPlace) {
  const statuses = await ports.cluster.layers(cancel, { layer, pack });
  return statuses.find((one) => one.layer === layer && one.pack === pack);
}

function isOf({ doing, digest, valuesHash }: LayerWork, planned: DesiredLayer): boolean {
  return doing === 'apply' && digest === planned.digest && valuesHash === planned.valuesHash;
}
