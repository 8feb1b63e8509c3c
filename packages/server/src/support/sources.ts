import { programVersion } from '@sealift/core/program-version';
import { sql } from 'kysely';
import { readPolicy } from '../access-policy/policy.ts';
import { type ListedBackups, listBackups } from '../backups/backup-list.ts';
import { readSyncState } from '../catalogue/sync-state.ts';
import { readableJournal } from '../engine/journal-store.ts';
import { listGateways } from '../gateways/list.ts';
import { notificationsOverview } from '../notifications/overview.ts';
import { summary, type SummarySources } from '../platform/summary.ts';
import { readSignOn } from '../single-sign-on/stored-settings.ts';
import type { SiteParts } from '../site/site-parts.ts';
import { siteView } from '../site/site-view.ts';
import { newestMigration } from '../store/migrate.ts';
import type { UpgradeRow } from '../store/tables/upgrades.ts';
import { loadReport } from '../upgrades/preflight/report.ts';
import { newestUpgrades } from '../upgrades/queries.ts';
import type { RecentLines } from './recent-lines.ts';

const upgradesTold = 20;
/** Those whose journal and last preflight come along. */
const upgradesInFull = 3;
const journalLines = 3000;

/** What a support bundle is read from. */
export interface SupportParts extends SummarySources, Omit<ListedBackups, 'db'> {
  readonly site: Pick<SiteParts, 'options' | 'startedWith'>;
  readonly recentLog: RecentLines;
}

/** Something that a support bundle tells: data, or lines of text. Nothing here need be free of secrets: they are taken out of all of it. */
export interface SupportSource {
  readonly name: string;
  readonly about: string;
  readonly read: () => Promise<unknown>;
}

/** What a support bundle of a console is made of, in its order. */
export async function supportSources(parts: SupportParts): Promise<SupportSource[]> {
  const { db } = parts.store;
  const upgrades = (await newestUpgrades(db)).rows.slice(0, upgradesTold);
  const source = (name: string, about: string, read: () => Promise<unknown>): SupportSource => ({ name, about, read });
  return [
    source('versions.json', 'versions of console, runtime and store; the process', () => versions(parts)),
    source('health.json', 'the two sentences of the Summary with their checks, and the nodes', () => summary(parts)),
    source('settings/site.json', 'how vCenter and cluster are reached', () =>
      siteView(db, parts.site.options, parts.site.startedWith),
    ),
    source('settings/access.json', 'the access policy, and single sign-on', async () => {
      const { sealed: _, ...signOn } = await readSignOn(db);
      return { policy: await readPolicy(db), singleSignOn: signOn };
    }),
    source('settings/notifications.json', 'who is told of what', () => notificationsOverview(db)),
    source('backups.json', 'backups, their schedule and their store', () => listBackups({ ...parts, db })),
    source('sync.json', 'the last sync of the pack registry', () => readSyncState(db)),
    source('gateways.json', 'gateways, and how each stands', () =>
      listGateways(db, { length: Number.POSITIVE_INFINITY }),
    ),
    source('upgrades.json', `the last ${upgradesTold} upgrades`, () => Promise.resolve(upgrades.map(toldOfUpgrade))),
    ...upgrades.slice(0, upgradesInFull).flatMap(({ id, to_version: to }) => [
      source(`upgrades/${id}/journal.json`, `the end of the journal of the upgrade to ${to}`, async () => {
        const { entries, unreadable } = await readableJournal(db, id);
        return { entries: entries.slice(-journalLines), all: entries.length, unreadable: unreadable?.message ?? null };
      }),
      source(`upgrades/${id}/preflight.json`, `the last preflight of the upgrade to ${to}`, () => loadReport(db, id)),
    ]),
    source('console.log', 'the last lines of the console’s log since it was started', () =>
      Promise.resolve(parts.recentLog.text()),
    ),
  ];
}

function toldOfUpgrade(row: UpgradeRow) {
  const { id, product, from_version: from, to_version: to, state, format, on_failure: onFailure } = row;
  const { created_at: createdAt, confirmed_at: confirmedAt, confirmed_by: by, finished_at: finishedAt } = row;
  return { id, product, from, to, state, format, onFailure, createdAt, confirmedAt, by, finishedAt };
}

async function versions({ store }: SupportParts) {
  const { rows } = await sql<{ version: string }>`select version()`.execute(store.db);
  const { rss, heapUsed, external } = process.memoryUsage();
  return {
    sealift: programVersion,
    node: process.version,
    platform: `${process.platform}/${process.arch}`,
    store: { kind: store.kind, server: rows[0]?.version ?? null, tables: newestMigration },
    process: { uptimeSeconds: Math.round(process.uptime()), memoryBytes: { rss, heapUsed, external } },
  };
}
