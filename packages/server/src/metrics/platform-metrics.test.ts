import { healthyStatement } from '@sealift/core/api';
import { describe, expect, it } from 'vitest';
import { type MeasuredPlatform, platformMetrics } from './platform-metrics.ts';

const now = new Date('2026-11-29T12:00:00Z');
const quiet: MeasuredPlatform = {
  summary: {
    product: 'Harbor"view',
    version: '4.2.13',
    statements: [
      { text: 'You are using the latest version of Harborview', holds: true, checks: [] },
      {
        text: healthyStatement,
        holds: false,
        checks: [{ name: 'nodes-ready', title: 'Every node is ready', outcome: 'block', detail: 'one is not' }],
      },
    ],
    update: null,
    nodesKnown: true,
    nodes: [true, true, false].map((ready, index) => ({
      name: `node-${index}`,
      role: 'worker' as const,
      version: '1.26.10',
      template: 'r_x',
      machine: null,
      phase: 'Running',
      since: null,
      ready,
      message: '',
    })),
  },
  upgrade: null,
  sync: { state: 'succeeded', finishedAt: '2026-11-29T11:00:00.000Z', refused: [] },
  provenBackupAt: null,
  backupMissed: false,
};

const lines = async (measured: MeasuredPlatform): Promise<readonly string[]> =>
  (await platformMetrics(measured, now).metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));

describe('metrics of a platform', () => {
  it('tell what is installed, what holds, and what behind it does not', async () => {
    expect(await lines(quiet)).toEqual(
      expect.arrayContaining([
        'sealift_platform_info{product="Harbor\\"view",version="4.2.13"} 1',
        'sealift_statement_holds{statement="latest-version"} 1',
        'sealift_statement_holds{statement="console-healthy"} 0',
        'sealift_check_passes{check="nodes-ready",outcome="block"} 0',
        'sealift_nodes{ready="true"} 2',
        'sealift_nodes{ready="false"} 1',
        'sealift_upgrade_running 0',
        'sealift_upgrade_needs_person 0',
        `sealift_sync_finished_timestamp_seconds ${Date.parse('2026-11-29T11:00:00Z') / 1000}`,
      ]),
    );
  });

  it('tell of an upgrade how far it is, and how long it waits', async () => {
    const waitingFor = { level: 'blocked' as const, since: '2026-11-29T11:58:30.000Z' };
    const upgrade = { to: '4.2.14', state: 'running' as const, needsPerson: false, fraction: 0.25, waitingFor };
    expect(await lines({ ...quiet, upgrade })).toEqual(
      expect.arrayContaining([
        'sealift_upgrade_running 1',
        'sealift_upgrade_state{to="4.2.14",state="running"} 1',
        'sealift_upgrade_progress_ratio 0.25',
        'sealift_upgrade_wait_seconds{level="blocked"} 90',
      ]),
    );
  });

  it('leave out what is not known: no release, no sync, no backup', async () => {
    const summary = { ...quiet.summary, product: null, version: null, statements: [], nodes: [], nodesKnown: false };
    const sync = { state: 'never' as const, finishedAt: null, refused: [] };
    const told = (await lines({ ...quiet, summary, sync })).join('\n');
    for (const name of [
      'nodes{',
      'platform_info{',
      'sync_finished',
      'backup_proven',
      'upgrade_wait',
      'upgrade_state{',
    ]) {
      expect(told).not.toContain(`sealift_${name}1`);
      expect(told).not.toMatch(new RegExp(`^sealift_${name.replace('{', '\\{')}[^ ]* [1-9]`, 'm'));
    }
  });
});
