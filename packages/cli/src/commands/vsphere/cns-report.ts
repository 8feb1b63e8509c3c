import type { RepairStep } from '@sealift/site/identity-plan';
import type { IdentityReport } from '@sealift/site/identity-report';
import type { CliContext } from '../../context.ts';

/** What a repair would do. */
export function showPlan(report: IdentityReport, isJson: boolean, context: CliContext): void {
  if (isJson) return context.out(JSON.stringify(asJson(report, false)));
  const { target = 'a new id <uuid>/<cluster name>', steps } = report.plan;
  showReport(report, context);
  if (steps.length === 0) return context.out('Nothing to do.');
  context.out('A repair would:');
  for (const step of steps) context.out(`  ${sentenceOf(step, target)}`);
  context.note('Nothing was changed. To do it: sealift vsphere cns repair --apply');
}

/** What was found on both sides. */
export function showReport(report: IdentityReport, context: CliContext): void {
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

/** A step of a repair in words. */
export function sentenceOf(step: RepairStep, target: string): string {
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
export function asJson({ plan, ...report }: IdentityReport, isChanged: boolean): unknown {
  const { target, previous, steps } = plan;
  const remaining = steps.map((step) => ({ kind: step.kind, what: sentenceOf(step, target ?? '<new>') }));
  return { ...report, changed: isChanged, target, previous, steps: remaining };
}
