import { healthyStatement, type Summary, type SyncState } from '@sealift/core/api';
import { programVersion } from '@sealift/core/program-version';
import type { UpgradeState, Wait } from '@sealift/core/upgrade';
import { Gauge, Registry } from 'prom-client';

/** What the platform's metrics are made from, all looked up now. */
export interface MeasuredPlatform {
  readonly summary: Pick<Summary, 'product' | 'version' | 'statements' | 'update' | 'nodes' | 'nodesKnown'>;
  /** The upgrade that locks the console. */
  readonly upgrade: {
    readonly to: string;
    readonly state: UpgradeState;
    readonly needsPerson: boolean;
    readonly fraction: number;
    readonly waitingFor: Pick<Wait, 'level' | 'since'> | null;
  } | null;
  readonly sync: Pick<SyncState, 'state' | 'finishedAt' | 'refused'>;
  /** When the last backup was made that was restored on trial. */
  readonly provenBackupAt: Date | null;
  readonly backupMissed: boolean;
}

/** Metrics of a platform for Prometheus, under the names of its conventions ("Metric and label naming"): base units, a moment as seconds since 1970. */
export function platformMetrics(measured: MeasuredPlatform, now: Date): Registry {
  const registry = new Registry();
  const gauge = <Label extends string>(name: string, help: string, ...labelNames: readonly Label[]): Gauge<Label> =>
    new Gauge({ name: `sealift_${name}`, help, labelNames, registers: [registry] });
  const { summary, upgrade, sync, provenBackupAt, backupMissed } = measured;

  gauge('build_info', 'The version of this console.', 'version').set({ version: programVersion }, 1);
  const platform = gauge('platform_info', 'The release that is installed.', 'product', 'version');
  if (summary.product !== null && summary.version !== null) {
    platform.set({ product: summary.product, version: summary.version }, 1);
  }
  const statements = gauge('statement_holds', 'Whether a sentence of the Summary holds.', 'statement');
  const checks = gauge('check_passes', 'Whether a check behind the sentences passes.', 'check', 'outcome');
  for (const { text, holds, checks: behind } of summary.statements) {
    statements.set({ statement: text === healthyStatement ? 'console-healthy' : 'latest-version' }, Number(holds));
    for (const { name, outcome } of behind) checks.set({ check: name, outcome }, Number(outcome === 'pass'));
  }
  const nodes = gauge('nodes', 'Nodes of the enterprise cluster.', 'ready');
  // Nothing is told of what is not known: none would be as alarming as it is false.
  for (const ready of summary.nodesKnown ? [true, false] : []) {
    nodes.set({ ready: String(ready) }, summary.nodes.filter((node) => node.ready === ready).length);
  }
  gauge('update_available', 'Whether a newer release may be installed.').set(Number(summary.update !== null));

  gauge('upgrade_running', 'Whether an upgrade locks the console.').set(Number(upgrade !== null));
  const state = gauge('upgrade_state', 'The upgrade that locks the console.', 'to', 'state');
  const person = gauge('upgrade_needs_person', 'Whether the upgrade goes on only when somebody does something.');
  const done = gauge('upgrade_progress_ratio', 'How far the upgrade is, from 0 to 1.');
  const wait = gauge('upgrade_wait_seconds', 'How long the upgrade has been waiting for the same.', 'level');
  person.set(Number(upgrade?.needsPerson === true));
  if (upgrade !== null) {
    state.set({ to: upgrade.to, state: upgrade.state }, 1);
    done.set(upgrade.fraction);
    const { waitingFor } = upgrade;
    if (waitingFor !== null) {
      wait.set({ level: waitingFor.level }, Math.max(0, (now.getTime() - Date.parse(waitingFor.since)) / 1000));
    }
  }

  gauge('sync_failed', 'Whether the last sync of a pack registry failed.').set(Number(sync.state === 'failed'));
  gauge('sync_refused', 'What the last syncs of all pack registries found and did not take.').set(sync.refused.length);
  const synced = gauge(
    'sync_finished_timestamp_seconds',
    'When the last sync of the pack registry of the console ended.',
  );
  if (sync.finishedAt !== null) synced.set(Date.parse(sync.finishedAt) / 1000);
  const proven = gauge('backup_proven_timestamp_seconds', 'When the last backup was made that was restored on trial.');
  if (provenBackupAt !== null) proven.set(provenBackupAt.getTime() / 1000);
  gauge('backup_missed', 'Whether a scheduled backup was not made.').set(Number(backupMissed));
  return registry;
}
