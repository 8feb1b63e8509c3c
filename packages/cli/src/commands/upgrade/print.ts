import { lifecycle, stepsOfPlan, upgradeText, type Wait } from '@sealift/core/upgrade';
import type { ShownRisk, Upgrade } from '@sealift/core/api';
import type { CliContext } from '../../context.ts';
import { Remedies } from '../../terminal/remedies.ts';
import { onFailureText } from './on-failure-text.ts';
import { rollbackLines } from './rollback-lines.ts';

/** How a result is printed. */
export interface Output {
  readonly json?: true;
}

/** Prints an upgrade: plan, layers, checks, progress, what blocks and what it waits for. */
export function printUpgrade(upgrade: Upgrade, { json }: Output, context: CliContext): void {
  if (json === true) {
    context.out(JSON.stringify(upgrade));
    return;
  }
  context.out(`${upgrade.id}  ${upgrade.product} ${upgradeText(upgrade)}: ${upgrade.state}`);
  if (upgrade.plan !== null) context.out(`node image: ${upgrade.plan.nodeImage.reason}`);
  for (const { id, fromVersion, toVersion, state, openConflicts, keptCustomisations } of upgrade.layers) {
    const conflicts = openConflicts === 0 ? '' : `, ${openConflicts} open conflicts`;
    const kept = keptCustomisations === 0 ? '' : `, keeps ${keptCustomisations} customisations`;
    context.out(`layer ${id}  ${fromVersion ?? 'new'} to ${toVersion ?? 'removed'}: ${state}${conflicts}${kept}`);
  }
  if (upgrade.preflightAt !== null) context.out(`site looked at: ${upgrade.preflightAt}`);
  const remedies = new Remedies();
  for (const { name, title, outcome, detail, items = [], remedy, risk } of upgrade.preflight) {
    context.out(`preflight ${outcome}: ${title}: ${detail}`);
    for (const item of items) {
      context.out(`  - ${item.place} ${item.text}`);
      const settle = remedies.line(item.remedy);
      if (settle !== undefined) context.out(`    ${settle}`);
    }
    const mend = outcome === 'pass' ? undefined : remedies.line(remedy);
    if (mend !== undefined) context.out(`  ${mend}`);
    const accepted = upgrade.risks.find(({ check }) => check === name);
    if (accepted !== undefined) printAccepted(accepted, context);
    if (risk !== undefined && accepted?.covers !== true && lifecycle[upgrade.state].editable) {
      context.out(`  can be accepted: ${risk.consequence}`);
      context.out(`  about: ${risk.objects.join(', ')}`);
      context.out(`  to accept: sealift upgrade accept-risk ${name} --reason WHY`);
    }
  }
  if (upgrade.rehearsal?.state === 'running')
    context.out(`being rehearsed since ${upgrade.rehearsal.startedAt}: ${upgrade.rehearsal.stage}`);
  const progress = new Map(upgrade.steps.map((step) => [step.id, step]));
  for (const step of upgrade.plan === null ? [] : stepsOfPlan(upgrade.plan)) {
    const { state = 'waiting', message = '' } = progress.get(step.id) ?? {};
    context.out(`step ${step.title} (${step.rollback}): ${state}${message === '' ? '' : `, ${message}`}`);
  }
  if (upgrade.plan !== null) context.out(onFailureText(upgrade.onFailure));
  if (upgrade.finalise !== null) for (const line of finaliseLines(upgrade, upgrade.finalise)) context.out(line);
  if (upgrade.rollback !== null) for (const line of rollbackLines(upgrade.rollback)) context.out(line);
  for (const line of approvalLines(upgrade)) context.out(line);
  for (const blocker of upgrade.blockers) context.out(`blocked: ${blocker}`);
  if (upgrade.waitingFor !== null) printWait(upgrade.waitingFor, context);
  if (upgrade.failure !== null) context.out(`failed: ${upgrade.failure.message}\n  fix: ${upgrade.failure.hint}`);
  if (upgrade.hash !== null) context.out(`hash ${upgrade.hash}`);
}

function approvalLines({ id, state, approval: { required, asked }, confirmedBy }: Upgrade): string[] {
  if (!required) return [];
  if (!lifecycle[state].editable) return [`asked for by ${asked?.by ?? 'nobody known'}, approved by ${confirmedBy}`];
  if (asked === null) return ['another person than the one who confirms has to approve it'];
  if (!asked.stands) return [`${asked.by} asked for it at ${asked.at}, and it has changed since: confirm it anew`];
  return [`${asked.by} asked for it at ${asked.at}; another person approves with: sealift upgrade confirm ${id}`];
}

function finaliseLines({ id }: Upgrade, { stage, by }: NonNullable<Upgrade['finalise']>): string[] {
  if (by !== null) return [`finalised by ${by}`];
  if (stage === 'not-yet') return ['reversible: the control plane can go back until you finalise it'];
  if (stage === 'begun') return [];
  return [
    'the control plane runs the new Kubernetes and still serves the old: look at the platform for as long as it takes',
    `  to go on, for good: sealift upgrade finalise ${id}`,
    `  to go back: sealift upgrade pause ${id}, then sealift upgrade rollback ${id}`,
  ];
}

function printAccepted({ by, at, reason, expiresAt, covers }: ShownRisk, context: CliContext): void {
  const until = expiresAt ?? 'the end of the upgrade';
  context.out(`  accepted by ${by} at ${at}, until ${until}: ${reason}`);
  if (!covers) context.out('  the acceptance does not count: it has ended, or is about less than what is found now');
}

function printWait({ what, since, level, impact, remedy }: Wait, context: CliContext): void {
  context.out(`waiting for: ${what} (${level}, since ${since})`);
  if (impact !== '') context.out(`  meanwhile: ${impact}`);
  if (remedy !== null) context.out(`  fix: ${remedy}`);
}
