import { emulationIn } from '@sealift/kubernetes/emulation';
import type { RolloutOwner } from '@sealift/kubernetes/rollout-owner';
import type { EmulationObstacle } from '@sealift/upgrade/ports/cluster';
import type { RunningEtcd } from './running-etcd.ts';
import { configOf, elsewhereReason, elsewhereRemedy, managedReason, managedRemedy, stageRecord } from './stage.ts';

const rehearse =
  'Try it on a copy first: press Rehearse beside the preflight, or run sealift upgrade rehearse. What it finds in the way has to be taken out of the settings of the API server.';

/** What keeps a control plane from going to the next minor so that it can come back. */
export function emulationObstacles(owner: RolloutOwner, etcd: RunningEtcd): readonly EmulationObstacle[] {
  const { kind, name } = owner;
  const sure = (what: string, remedy: string): EmulationObstacle => ({
    what: `${kind} ${name}: ${what}`,
    remedy,
    maybe: false,
  });
  if (owner.managed !== undefined) return [sure(managedReason, managedRemedy)];
  const { emulates, etcdTag, isEtcdElsewhere, apiServer } = emulationIn(configOf(owner), name);
  if (isEtcdElsewhere) return [sure(elsewhereReason, elsewhereRemedy)];
  const found: EmulationObstacle[] = [];
  if (emulates !== null && stageRecord(owner) === undefined) {
    const remedy = 'Take the argument emulated-version away from its API server, controller manager and scheduler.';
    found.push(sure(`it was told to emulate ${emulates} already, not by Sealift`, remedy));
  }
  if ('unknown' in etcd) found.push(sure(`etcd cannot be pinned: ${etcd.unknown}`, etcd.remedy));
  else if (etcdTag !== undefined && etcdTag !== etcd.tag) {
    const remedy = `Set clusterConfiguration.etcd.local.imageTag to ${etcd.tag}, or roll the control plane so that etcd runs ${etcdTag}.`;
    found.push(sure(`etcd is pinned to ${etcdTag} and runs ${etcd.tag}: new machines would move it`, remedy));
  }
  const words = (flag: string): readonly string[] => (apiServer.get(flag) ?? []).flatMap((one) => one.split(','));
  for (const flag of ['feature-gates', 'runtime-config']) {
    const on = words(flag).filter((one) => one !== '' && !one.endsWith('=false'));
    const whole = on.filter((one) => /^(?:AllAlpha|AllBeta|api\/(?:all|alpha|beta))=true$/.test(one));
    const single = on.filter((one) => !whole.includes(one));
    if (whole.length > 0) {
      const what = `its API server has --${flag}=${whole.join(',')}, with which one that emulates does not get ready`;
      found.push(sure(what, `Name what is needed one by one in --${flag}.`));
    }
    if (single.length > 0) {
      const what = `${kind} ${name}: its API server has --${flag}=${single.join(',')}, which one of the next minor that emulates may refuse, wait for without end, or not hold back`;
      found.push({ what, remedy: rehearse, maybe: true });
    }
  }
  return found;
}
