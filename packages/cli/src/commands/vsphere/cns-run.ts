import { SealiftError } from '@sealift/core/errors';
import { KubernetesClient } from '@sealift/kubernetes/client';
import { checkIdentity, repairIdentity } from '@sealift/vsphere/cns';
import type { CnsSides } from '@sealift/vsphere/cns-observe';
import type { RepairStep } from '@sealift/vsphere/cns-plan';
import type { IdentityReport } from '@sealift/vsphere/cns-report';
import { cnsService } from '@sealift/vsphere/cns-volumes';
import type { CliContext } from '../../context.ts';
import type { CnsCheckOptions, CnsRepairOptions } from './cns.ts';
import { storageCluster } from '@sealift/server/storage-cluster';
import { connectVcenter } from './connection.ts';

/** Says whether the cluster's storage identity is its own; exit code 2 when not. */
export async function runCheck(options: CnsCheckOptions, context: CliContext): Promise<void> {
  await withSides(options, context, async (sides) => {
    const report = await checkIdentity(sides);
    if (options.json === true) context.out(JSON.stringify(asJson(report, false)));
    else {
      show(report, context);
      if (report.plan.steps.length > 0) context.note('Next: sealift vsphere cns repair --apply');
    }
    if (report.verdict !== 'unique') context.exitCode = 2;
  });
}

/** Shows what a repair would do, or does it. */
export async function runRepair(options: CnsRepairOptions, context: CliContext): Promise<void> {
  if (options.apply === true && options.dryRun === true) {
    throw new SealiftError('USAGE', { values: { reason: 'give --apply or --dry-run, not both' } });
  }
  const isJson = options.json === true;
  await withSides(options, context, async (sides) => {
    if (options.apply !== true) return showPlan(await checkIdentity(sides), isJson, context);
    let done = 0;
    const onStep = (step: RepairStep, target: string): void => {
      done += 1;
      if (!isJson) context.out(sentenceOf(step, target));
    };
    const report = await repairIdentity(sides, { onStep });
    if (isJson) return context.out(JSON.stringify(asJson(report, done > 0)));
    context.out(done === 0 ? 'Nothing to do.' : `Done: ${done} steps.`);
    show(report, context);
  });
}

async function withSides(
  options: CnsCheckOptions,
  context: CliContext,
  action: (sides: CnsSides) => Promise<void>,
): Promise<void> {
  const { env, cancel } = context;
  const kubernetes = await KubernetesClient.connect({ kubeconfig: options.kubeconfig, env });
  await using vcenter = await connectVcenter(options, context);
  const service = await cnsService(vcenter, cancel);
  await action({ cluster: storageCluster(kubernetes), vcenter, service, cancel });
}

function showPlan(report: IdentityReport, isJson: boolean, context: CliContext): void {
  if (isJson) return context.out(JSON.stringify(asJson(report, false)));
  const { target = 'a new id <uuid>/<cluster name>', steps } = report.plan;
  show(report, context);
  if (steps.length === 0) return context.out('Nothing to do.');
  context.out('A repair would:');
  for (const step of steps) context.out(`  ${sentenceOf(step, target)}`);
  context.note('Nothing was changed. To do it: sealift vsphere cns repair --apply');
}

function show(report: IdentityReport, context: CliContext): void {
  context.out(report.message);
  context.out(`volumes of this cluster under it: ${report.ownVolumes}`);
  for (const { id, name, claimedBy } of report.strangers) {
    const whose = claimedBy.length === 0 ? 'nobody claims it' : `claimed by ${claimedBy.join(', ')}`;
    context.out(`stranger: volume ${id} (${name}), ${whose}`);
  }
  for (const { name, volumeHandle } of report.unknownToVcenter) {
    context.out(`unknown to vCenter: PersistentVolume ${name}, volume ${volumeHandle}`);
  }
  for (const { id, clusterIds } of report.underOtherIds) {
    context.out(`under another cluster-id: volume ${id} (${clusterIds.join(', ') || 'none'})`);
  }
}

function sentenceOf(step: RepairStep, target: string): string {
  switch (step.kind) {
    case 'record':
      return `keep the cluster-id ${target} in ConfigMap kube-system/sealift-storage-identity`;
    case 'cloud-config':
      return `set it in ConfigMap ${step.config.at.namespace}/${step.config.at.name}`;
    case 'driver-config':
      return `set it in Secret ${step.config.at.namespace}/${step.config.at.name}`;
    case 'restart':
      return `restart ${step.workload.kind} ${step.workload.namespace}/${step.workload.name}`;
    case 'volume':
      return `move volume ${step.volume.id} (${step.volume.name}) from ${step.from.join(', ')}`;
  }
}

/** Without the texts of the configurations, which may hold passwords. */
function asJson({ plan, ...report }: IdentityReport, isChanged: boolean): unknown {
  const { target, previous, steps } = plan;
  const remaining = steps.map((step) => ({ kind: step.kind, what: sentenceOf(step, target ?? '<new>') }));
  return { ...report, changed: isChanged, target, previous, steps: remaining };
}
