import { healthyStatement, type Statement, type Summary } from '@sealift/core/api';
import type { Check } from '@sealift/core/check';
import type { ClusterNode } from '@sealift/core/cluster';
import { lifecycle, statesWhere, upgradeStateSchema } from '@sealift/core/upgrade';
import { sql } from 'kysely';
import { lostContent } from '../catalogue/completeness.ts';
import { readSyncState } from '../catalogue/sync-state.ts';
import type { RegistryAccess } from '../catalogue/registry-access.ts';
import type { Store } from '../store/store.ts';
import type { ClusterConnection } from './cluster.ts';
import { lockedBy } from '../store/change.ts';
import { block, pass, runCheck, warn } from '@sealift/upgrade/preflight/check';
import { layersAsRecorded, nodesReady, notAdopted, rolloutsSettled } from '@sealift/upgrade/preflight/cluster-checks';
import { installedProfile } from './installed.ts';
import { updateList } from './updates.ts';

/** What the Summary page looks at. */
export interface SummarySources {
  readonly store: Pick<Store, 'db' | 'kind'>;
  readonly registry: RegistryAccess;
  readonly cluster: ClusterConnection;
}

/** The Summary page: everything looked up now, nothing remembered. */
export async function summary(sources: SummarySources): Promise<Summary> {
  const { store, cluster } = sources;
  const profile = await installedProfile(store.db);
  const updates = await updateList(store.db);
  const [latest, healthy, nodes] = await Promise.all([
    latestVersion(sources, profile?.product ?? null),
    consoleHealthy(sources),
    listNodes(sources),
  ]);
  return {
    product: profile?.product ?? null,
    version: profile?.version ?? null,
    statements: [latest, healthy],
    update: updates.recommended,
    nodes,
    simulated: cluster.simulated,
    vcenter: cluster.vcenterHost,
    store: store.kind,
    lockedBy: await lockedBy(store.db),
  };
}

/** Holds only when every check behind it passes. */
function statement(text: string, checks: Check[]): Statement {
  return { text, holds: checks.every((check) => check.outcome === 'pass'), checks };
}

async function latestVersion({ store: { db }, cluster }: SummarySources, product: string | null): Promise<Statement> {
  const profile = await installedProfile(db);
  const checks = [
    runCheck('release-recorded', 'A signed release is recorded as installed', async () => {
      if (profile === null) return notAdopted();
      const { installed, product: known } = await updateList(db);
      return pass(`${known} ${installed}`);
    }),
    runCheck('catalogue-synced', 'The pack registry was synced', async () => {
      const sync = await readSyncState(db);
      const remedy = 'Sync spectro-packs under Administration, Pack Registries.';
      if (sync.state === 'never') return block('It was never synced', remedy);
      if (sync.state === 'running') return block('A sync is running', 'Wait until it has finished.');
      if (sync.state === 'failed') return block(sync.message, remedy);
      if (sync.refused.length > 0) {
        return warn(
          sync.message,
          'See under Pack Registries why they were refused; a newer release may be among them.',
        );
      }
      return pass(`${sync.message}, at ${sync.finishedAt}`);
    }),
    runCheck('no-newer-release', 'The catalogue holds no newer release', async () => {
      if (profile === null) return notAdopted();
      const { recommended, available } = await updateList(db);
      if (recommended !== null) return block(`${recommended.version} is available`, 'Open Update Management.');
      const refused = available.map((update) => `${update.version} (${update.reason})`);
      return pass(refused.length === 0 ? 'None is newer' : `None that may be installed: ${refused.join('; ')}`);
    }),
    layersAsRecorded(cluster.cluster, profile),
  ];
  return statement(`You are using the latest version of ${product ?? 'the platform'}`, await Promise.all(checks));
}

async function consoleHealthy({ store, cluster, registry }: SummarySources): Promise<Statement> {
  const profile = await installedProfile(store.db);
  const checks = [
    runCheck('store-answers', 'The database answers', async () => {
      const begun = performance.now();
      await sql`select 1`.execute(store.db);
      return pass(`${store.kind}, in ${Math.ceil(performance.now() - begun)} ms`);
    }),
    runCheck('registry-answers', 'The registry answers', async () => {
      await registry.client.with({ retryDelaysMs: [] }).ping();
      return pass('It answers and accepts the console');
    }),
    runCheck('installed-content', 'The registry holds the installed release', async () => {
      if (profile === null) return notAdopted();
      const lost = await lostContent(store.db, registry.client);
      return lost === undefined ? pass('All its packs and images are there') : block(lost.message, lost.hint);
    }),
    runCheck('last-upgrade', 'No upgrade needs a person', async () => {
      const open = await store.db
        .selectFrom('upgrade')
        .select(['id', 'to_version', 'state'])
        .where(
          'state',
          'in',
          statesWhere(({ locksConsole }) => locksConsole),
        )
        .executeTakeFirst();
      if (open === undefined) return pass('None is open');
      const { label } = lifecycle[upgradeStateSchema.parse(open.state)];
      return block(`The upgrade to ${open.to_version} is in the state ${label}`, 'See Update Management.');
    }),
    nodesReady(cluster.cluster),
    rolloutsSettled(cluster.cluster),
    layersAsRecorded(cluster.cluster, profile),
  ];
  return statement(healthyStatement, await Promise.all(checks));
}

async function listNodes({ cluster }: SummarySources): Promise<ClusterNode[]> {
  try {
    return [...(await cluster.cluster.nodes(AbortSignal.timeout(5000)))];
  } catch {
    return [];
  }
}
