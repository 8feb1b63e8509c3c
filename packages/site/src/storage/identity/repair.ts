import { randomUUID } from 'node:crypto';
import { SealiftError } from '@sealift/core/errors';
import { makeClusterId } from './cluster-id.ts';
import { withClusterId } from './driver-config.ts';
import { examine, type IdentityReport } from './examine.ts';
import { moveVolume } from '@sealift/vsphere/cns-move';
import { type CnsSides, observe } from './observe.ts';
import { planRepair, type RepairStep } from './plan.ts';
import { keepRecord } from './record.ts';
import { podAnnotation } from './state.ts';

/** How long the pods of the driver's controller may take to be replaced. */
const restartTimeoutMs = 10 * 60_000;

export interface RepairOptions {
  /** Before a step is done. */
  readonly onStep?: (step: RepairStep, target: string) => void;
}

/** Looks at the cluster and at vCenter and says whether the cluster's storage identity is its own. @throws as `observe` and `planRepair` */
export async function checkIdentity(sides: CnsSides): Promise<IdentityReport> {
  return examine(await observe(sides));
}

/**
 * Gives the cluster, its driver and its volumes a cluster-id of their own. It can be cut at any point and run again; when nothing is left to
 * do it changes nothing. Only volumes of this cluster's PersistentVolumes are touched.
 *
 * @returns what is found when it is done
 * @throws CNS_REPAIR_UNFINISHED when something was put back while it ran; CNS_ID_IMMUTABLE and CNS_DRIVER_NOT_FOUND before anything is
 *   changed; CNS_VOLUME_REFUSED, KUBERNETES_…, VSPHERE_…, CANCELLED
 */
export async function repairIdentity(sides: CnsSides, options: RepairOptions = {}): Promise<IdentityReport> {
  let plan = planRepair(await observe(sides));
  const [first] = plan.steps;
  if (first?.kind === 'record') {
    const clusterId = makeClusterId(randomUUID(), first.clusterName);
    options.onStep?.(first, clusterId);
    await keepRecord(sides.cluster, { clusterId, previous: first.previous }, sides.cancel);
    // Of two runs at a time the id of one holds: it is read again.
    plan = planRepair(await observe(sides));
  }
  const { target, steps } = plan;
  if (target !== undefined) {
    for (const step of steps) {
      options.onStep?.(step, target);
      await act(sides, step, target);
    }
  }
  const report = await checkIdentity(sides);
  if (report.plan.steps.length > 0) {
    throw new SealiftError('CNS_REPAIR_UNFINISHED', { values: { count: report.plan.steps.length } });
  }
  return report;
}

async function act(sides: CnsSides, step: RepairStep, target: string): Promise<void> {
  const { cluster, vcenter, service, cancel } = sides;
  switch (step.kind) {
    case 'record':
      return;
    case 'cloud-config':
      return await cluster.setConfigMapKey(step.config.at, changeOf(step.config, target, cancel));
    case 'driver-config':
      return await cluster.setSecretKey(step.config.at, changeOf(step.config, target, cancel));
    case 'restart':
      await cluster.annotatePods(step.workload, { [podAnnotation]: target }, cancel);
      if (step.workload.kind !== 'Deployment') return;
      return await cluster.waitForWorkload(step.workload, restartTimeoutMs, cancel);
    case 'volume':
      return await moveVolume(vcenter, service, { volume: step.volume, to: target, from: new Set(step.from) }, cancel);
  }
}

function changeOf(
  { at, key, text, resourceVersion }: Extract<RepairStep, { kind: 'cloud-config' }>['config'],
  target: string,
  cancel: AbortSignal | undefined,
): Parameters<CnsSides['cluster']['setSecretKey']>[1] {
  const value = withClusterId(text, target, `${at.namespace}/${at.name} ${key}`);
  return { resourceVersion, key, value, cancel };
}
