import {
  healthyStatement,
  type PartlyUpgraded,
  type Statement,
  type Summary,
  type SyncState,
  type UpdateList,
} from '@sealift/core/api';
import type { Check } from '@sealift/core/check';
import { lifecycle, statesWhere } from '@sealift/core/upgrade';
import { sql } from 'kysely';
import { lostContent } from '../catalogue/completeness.ts';
import { packRegistryName, readSyncStates } from '../catalogue/sync-state.ts';
import type { RegistryAccess } from '../catalogue/registry-access.ts';
import { shownState } from '../engine/stored-state.ts';
import type { Db, Store } from '../store/store.ts';
import type { SwitchedCluster } from './switched-cluster.ts';
import { lockedBy } from '../store/change.ts';
import { block, type Finding, pass, runCheck, warn } from '@sealift/upgrade/preflight/check';
import { layersAsRecorded, nodesReady, notAdopted, rolloutsSettled } from '@sealift/upgrade/preflight/cluster-checks';
import { type InstalledProfile, installedProfile } from './installed.ts';
import { endedEarly, partlyUpgraded } from './partly-upgraded.ts';
import { updatesOf } from './updates.ts';

/** What the Summary page looks at. */
export interface SummarySources {
  readonly store: Pick<Store, 'db' | 'kind'>;
  readonly registry: RegistryAccess;
  readonly cluster: SwitchedCluster;
}

/** The Summary page: everything looked up now, nothing remembered. */
export async function summary(sources: SummarySources): Promise<Summary> {
  const { store, cluster } = sources;
  const profile = await installedProfile(store.db);
  const updates = await updatesOf(store.db, profile);
  const ended = await endedEarly(store.db, profile);
  const { simulated, vcenterHost } = await clusterFacts(cluster);
  const asRecorded = layersAsRecorded(cluster.cluster, profile, ended);
  const [nodes, layers] = await Promise.all([
    look((cancel) => cluster.cluster.nodes(cancel)),
    ended === null ? [] : look((cancel) => cluster.cluster.layers(cancel)),
  ]);
  const partly =
    ended === null || profile === null
      ? null
      : partlyUpgraded(ended, profile, { nodes: nodes ?? [], layers: layers ?? [] });
  const [latest, healthy] = await Promise.all([
    latestVersion(store.db, { profile, updates }, [asRecorded, upgradeComplete(partly)]),
    consoleHealthy(sources, profile, [asRecorded, upgradeComplete(partly)]),
  ]);
  return {
    product: profile?.product ?? null,
    version: profile?.version ?? null,
    partlyUpgraded: partly,
    statements: [latest, healthy],
    update: updates.recommended,
    nodes: [...(nodes ?? [])],
    nodesKnown: nodes !== null,
    simulated,
    vcenter: vcenterHost,
    store: store.kind,
    lockedBy: await lockedBy(store.db),
  };
}

/** Whether what a registry holds is known. */
function syncFinding({ name, sync }: { readonly name: string; readonly sync: SyncState }): Finding {
  const of = name === packRegistryName ? '' : `${name}: `;
  const remedy = `Sync ${name} under Administration, Pack Registries.`;
  if (sync.state === 'never') return block(`${of}It was never synced`, remedy);
  if (sync.state === 'running') return block(`${of}A sync is running`, 'Wait until it has finished.');
  if (sync.state === 'failed') return block(`${of}${sync.message}`, remedy);
  if (sync.refused.length > 0) {
    const why = 'See under Pack Registries why they were refused; a newer release may be among them.';
    return warn(`${of}${sync.message}`, why);
  }
  return pass(`${of}${sync.message}, at ${sync.finishedAt}`);
}

/** Holds only when every check behind it passes. */
function statement(text: string, checks: Check[]): Statement {
  return { text, holds: checks.every((check) => check.outcome === 'pass'), checks };
}

async function latestVersion(
  db: Db,
  { profile, updates }: { readonly profile: InstalledProfile | null; readonly updates: UpdateList },
  platformChecks: readonly Promise<Check>[],
): Promise<Statement> {
  const checks = [
    runCheck('release-recorded', 'A signed release is recorded as installed', () => {
      if (profile === null) return notAdopted();
      return pass(`${profile.product} ${profile.version}`);
    }),
    runCheck('catalogue-synced', 'The pack registry was synced', async () => {
      const findings = (await readSyncStates(db)).map(syncFinding);
      // A newer release may be in any of them.
      const worst =
        findings.find(({ outcome }) => outcome === 'block') ?? findings.find(({ outcome }) => outcome !== 'pass');
      return worst ?? pass(findings.map(({ detail }) => detail).join('; '));
    }),
    runCheck('no-newer-release', 'The catalogue holds no newer release', () => {
      if (profile === null) return notAdopted();
      const { recommended, available } = updates;
      if (recommended !== null) return block(`${recommended.version} is available`, 'Open Update Management.');
      const refused = available.map((update) => `${update.version} (${update.reason})`);
      return pass(refused.length === 0 ? 'None is newer' : `None that may be installed: ${refused.join('; ')}`);
    }),
    ...platformChecks,
  ];
  const product = profile?.product ?? 'the platform';
  return statement(`You are using the latest version of ${product}`, await Promise.all(checks));
}

async function consoleHealthy(
  { store, cluster, registry }: SummarySources,
  profile: InstalledProfile | null,
  platformChecks: readonly Promise<Check>[],
): Promise<Statement> {
  const checks = [
    runCheck('store-answers', 'The database answers', async () => {
      const begun = performance.now();
      await sql`select 1`.execute(store.db);
      return pass(`${store.kind}, in ${Math.ceil(performance.now() - begun)} ms`);
    }),
    runCheck('registry-answers', 'The registry answers', async () => {
      await registry.ping();
      return pass('It answers and accepts the console');
    }),
    runCheck('installed-content', 'The registry holds the installed release', async () => {
      if (profile === null) return notAdopted();
      const lost = await lostContent(store.db, registry.content);
      return lost === undefined ? pass('All its packs and images are there') : block(lost.message, lost.hint);
    }),
    runCheck('last-upgrade', 'No upgrade needs a person', () => noOpenUpgrade(store.db)),
    nodesReady(cluster.cluster),
    rolloutsSettled(cluster.cluster),
    ...platformChecks,
  ];
  return statement(healthyStatement, await Promise.all(checks));
}

/** A state that cannot be read counts as open: nobody knows that it is not. */
async function noOpenUpgrade(db: Db): Promise<Finding> {
  const open = await db
    .selectFrom('upgrade')
    .select(['to_version', 'state'])
    .where(
      'state',
      'not in',
      statesWhere(({ locksConsole }) => !locksConsole),
    )
    .executeTakeFirst();
  const remedy = 'See Update Management.';
  if (open !== undefined) {
    const { label } = lifecycle[shownState(open.state)];
    return block(`The upgrade to ${open.to_version} is in the state ${label}`, remedy);
  }
  const lock = await lockedBy(db);
  if (lock === null) return pass('None is open');
  return block(
    `The console is locked by upgrade ${lock}, which is not under way`,
    `Open the console with a reason: sealift upgrade abort ${lock} --reason TEXT`,
  );
}

function upgradeComplete(partly: PartlyUpgraded | null): Promise<Check> {
  return runCheck('upgrade-complete', 'No upgrade was left halfway', () => {
    if (partly === null) return pass('The platform runs one release');
    const { from, to, layers, nodes, continueBy, goBackBy } = partly;
    const changed = layers.map(
      ({ pack, runs, recorded }) => `${pack} ${runs ?? 'is removed'} (was ${recorded ?? 'not there'})`,
    );
    const machines = nodes.map(({ version, count }) => `${count} nodes run ${version}`);
    const state = lifecycle[partly.state].label.toLowerCase();
    const detail = `Partly upgraded from ${from} to ${to}, ${state}: ${[...changed, ...machines].join('; ')}`;
    return block(detail, `Continue: ${continueBy} Or go back: ${goBackBy}`);
  });
}

/** Settings that cannot be read lead to no cluster; the checks of the cluster tell why. */
async function clusterFacts(cluster: SwitchedCluster): ReturnType<SwitchedCluster['facts']> {
  return await cluster.facts().catch(() => ({ connected: false, simulated: false, vcenterHost: null }));
}

/** What the cluster answers in time; null where it does not, as the checks tell why. */
async function look<Item>(ask: (cancel: AbortSignal) => Promise<readonly Item[]>): Promise<readonly Item[] | null> {
  try {
    return await ask(AbortSignal.timeout(5000));
  } catch {
    return null;
  }
}
