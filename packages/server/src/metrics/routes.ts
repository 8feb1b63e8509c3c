import { lifecycle } from '@sealift/core/upgrade';
import { Registry } from 'prom-client';
import { z } from 'zod';
import { lastProvenAt } from '../backups/last-proven.ts';
import { isMissed, readSchedule } from '../backups/schedule.ts';
import { readSyncState, readSyncStates } from '../catalogue/sync-state.ts';
import type { ApiScope } from '../http/api-scope.ts';
import type { SharedReads } from '../http/shared-reads.ts';
import { summary, type SummarySources } from '../platform/summary.ts';
import { lockedBy } from '../store/change.ts';
import type { Db } from '../store/store.ts';
import { findUpgrade } from '../upgrades/queries.ts';
import { upgradeProgress } from '../upgrades/upgrade-view.ts';
import { type MeasuredPlatform, platformMetrics } from './platform-metrics.ts';
import type { ProcessMetrics } from './process-metrics.ts';

/** Where Prometheus looks by itself; served by the route below. */
export const metricsPath = '/metrics';

/** What Prometheus reads. */
export function metricsRoutes(
  api: ApiScope,
  sources: SummarySources,
  { reads, process }: { readonly reads: SharedReads; readonly process: ProcessMetrics },
): void {
  const { db } = sources.store;
  api.get(metricsPath, {
    config: { permission: 'metrics.read' },
    schema: {
      tags: ['metrics'],
      summary: 'Metrics of platform and console for Prometheus, also at /metrics',
      produces: ['text/plain'],
      response: { 200: z.any().describe('text/plain; version=0.0.4') },
    },
    handler: async (_request, reply) => {
      // What every page looks at too: a scrape asks the cluster no more than they do.
      const looked = await reads.read('summary', () => summary(sources));
      const now = new Date();
      const platform = platformMetrics({ summary: looked, ...(await storedMeasures(db, now)) }, now);
      const all = Registry.merge([platform, process.registry]);
      // As bytes: text would be written as JSON.
      return reply.type(all.contentType).send(Buffer.from(await all.metrics()));
    },
  });
}

async function storedMeasures(db: Db, now: Date): Promise<Omit<MeasuredPlatform, 'summary'>> {
  const [sync, schedule, provenBackupAt, upgrade] = await Promise.all([
    overallSync(db),
    readSchedule(db),
    lastProvenAt(db),
    runningUpgrade(db),
  ]);
  return { sync, provenBackupAt, backupMissed: isMissed(schedule, now), upgrade };
}

/** That of the console's own registry; failed where that of any is, with what all refused. */
async function overallSync(db: Db): Promise<MeasuredPlatform['sync']> {
  const states = await readSyncStates(db);
  const { state, finishedAt } = await readSyncState(db);
  return {
    state: states.some(({ sync }) => sync.state === 'failed') ? 'failed' : state,
    finishedAt,
    refused: states.flatMap(({ sync }) => sync.refused),
  };
}

async function runningUpgrade(db: Db): Promise<MeasuredPlatform['upgrade']> {
  const id = await lockedBy(db);
  const row = id === null ? undefined : await findUpgrade(db, id);
  if (row === undefined) return null;
  const { state, fraction, waitingFor } = await upgradeProgress(db, row);
  return { to: row.to_version, state, needsPerson: lifecycle[state].needsPerson, fraction, waitingFor };
}
