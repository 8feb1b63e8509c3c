import { join } from 'node:path';
import { loadObjects, type LoadPrograms } from '@sealift/site/load-objects';
import type { GatewaysPort } from '@sealift/upgrade/ports/gateways';
import { sql } from 'kysely';
import { AuditCheckpoints } from '../audit/checkpoints.ts';
import { CertificateWatch } from '../certificates/certificate-watch.ts';
import { RegistrySyncs } from '../catalogue/registry-syncs.ts';
import { SyncOnPush } from '../catalogue/sync-on-push.ts';
import { BackupKeeper } from '../backups/backup-keeper.ts';
import { BackupPlaces } from '../backups/places/places.ts';
import { ScheduledBackups } from '../backups/schedule.ts';
import { platformRecords } from '../backups/platform-records.ts';
import { upgradeBackups } from '../backups/upgrade-backups.ts';
import { consoleState } from '../engine/console-state.ts';
import { contentRegistry } from '../engine/content-registry.ts';
import { CurrentHolder } from '../engine/current-holder.ts';
import { EngineRunner } from '../engine/engine-runner.ts';
import type { UpgradeLog } from '../engine/logged-journal.ts';
import { GatewayExecutables } from '../gateways/executables.ts';
import { gatewaysPort } from '../gateways/gateways-port.ts';
import { GatewayWaiters } from '../gateways/waiters.ts';
import { Notifier } from '../notifications/notifier.ts';
import { EventBus } from '../notify/event-bus.ts';
import { ReplicaEvents, type ReplicaLine } from '../notify/replica-events.ts';
import type { ClusterSettings } from '../platform/cluster.ts';
import { SwitchedCluster } from '../platform/switched-cluster.ts';
import { RegistryCare } from '../registry/registry-care.ts';
import { EveryRegistry } from '../registries/every-registry.ts';
import { ExternalRegistries } from '../registries/external-registries.ts';
import { Mirrors } from '../registries/mirror/mirrors.ts';
import { registriesToSync } from '../registries/registries-to-sync.ts';
import { RegistryLink } from '../registry/registry-link.ts';
import { secretKeyName, type SecretKeyPlace } from '../site/secret-key.ts';
import { siteParts, type SiteParts } from '../site/site-parts.ts';
import type { StartedWith } from '../site/site-settings.ts';
import { Rehearsals } from '../upgrades/rehearsal/rehearsals.ts';
import type { Store } from '../store/store.ts';
import { RecentLines } from '../support/recent-lines.ts';
import { EvidenceKeeper } from '../upgrades/evidence/evidence-keeper.ts';
import { EvidenceKeys } from '../upgrades/evidence/evidence-keys.ts';

/** What a console is made of. Only what starts, stops and wires it sees all of it. */
export interface ConsoleParts {
  readonly store: Store;
  readonly events: EventBus;
  readonly replicas: ReplicaEvents;
  /** The content of all registries. */
  readonly registry: EveryRegistry;
  readonly ownRegistry: RegistryLink;
  readonly otherRegistries: ExternalRegistries;
  readonly care: RegistryCare;
  readonly syncs: RegistrySyncs;
  readonly mirrors: Mirrors;
  readonly syncOnPush: SyncOnPush;
  readonly cluster: SwitchedCluster;
  readonly site: SiteParts;
  readonly engine: EngineRunner;
  readonly evidence: EvidenceKeeper;
  readonly evidenceKeys: EvidenceKeys;
  readonly checkpoints: AuditCheckpoints;
  readonly backups: BackupKeeper;
  readonly scheduledBackups: ScheduledBackups;
  readonly rehearsals: Rehearsals;
  readonly gateways: {
    readonly port: GatewaysPort;
    readonly waiters: GatewayWaiters;
    readonly executables: GatewayExecutables;
  };
  readonly notifier: Notifier;
  readonly certificates: CertificateWatch;
  /** The last lines of the log, for whoever helps. */
  readonly recentLog: RecentLines;
  /** The key of stored secrets and of backups. */
  readonly secretKey: SecretKeyPlace;
}

/** Where the registry keeps its content, below the data folder. */
export const registryFolder = 'registry';

/** What a console is composed from. */
export interface ComposeSettings extends ClusterSettings {
  readonly dataDir: string;
  /** The key of stored secrets; else one is made in the data folder. */
  readonly secretKeyFile?: string | undefined;
  /** Of a site whose other settings are in the store. */
  readonly startedWith?: StartedWith | undefined;
  /** Executables that the objects of each backup are loaded into. */
  readonly backupPrograms?: LoadPrograms | undefined;
  /** Folder of the executables that rehearsals start, beside those that releases bring. */
  readonly rehearsalPrograms?: string | undefined;
  readonly recentLog?: RecentLines;
}

/** Puts a console together over an open store. Nothing runs or connects yet. */
export function composeConsole(
  store: Store,
  {
    dataDir,
    secretKeyFile,
    startedWith,
    backupPrograms,
    rehearsalPrograms,
    recentLog = new RecentLines(),
    ...settings
  }: ComposeSettings,
  onEngineFailure: (error: unknown) => void,
  upgradeLog?: UpgradeLog,
): ConsoleParts {
  const events = new EventBus();
  const ownRegistry = new RegistryLink(join(dataDir, registryFolder));
  const holder = new CurrentHolder();
  const secretKey = secretKeyPlace(dataDir, secretKeyFile);
  const otherRegistries = new ExternalRegistries(store.db, secretKey);
  const registry = new EveryRegistry(ownRegistry, otherRegistries);
  const content = contentRegistry(registry);
  const site = siteParts(store.db, settings, secretKey, startedWith);
  const evidenceKeys = new EvidenceKeys(store.db, secretKey);
  const cluster = new SwitchedCluster(site.source, {
    content,
    toolsFolder: join(dataDir, 'tools'),
    rehearsalPrograms,
    holder: () => holder.now(),
  });
  const backups = new BackupKeeper({
    db: store.db,
    places: new BackupPlaces({ db: store.db, folder: join(dataDir, 'backups'), key: secretKey }),
    key: secretKey,
    platform: platformRecords(cluster),
    events,
    load: backupPrograms && ((backup, cancel) => loadObjects(backup, backupPrograms, { cancel })),
  });
  const gateways = gatewaysPort(store.db, events);
  const ports = {
    gateways,
    vcenter: cluster.vcenter,
    storage: cluster.storage,
    cluster: cluster.cluster,
    providers: cluster.providers,
    storedVersions: cluster.storedVersions,
    declared: cluster.declared,
    backup: upgradeBackups(store.db, backups),
    console: consoleState(store.db, events),
    content,
  };
  const toSync = registriesToSync(store.db, { own: ownRegistry, others: otherRegistries, every: registry });
  const syncs = new RegistrySyncs(store, toSync, events);
  return {
    store,
    events,
    replicas: new ReplicaEvents(lineOf(store), events),
    registry,
    ownRegistry,
    otherRegistries,
    care: new RegistryCare(store),
    syncs,
    mirrors: new Mirrors({
      store,
      registries: { own: ownRegistry, others: otherRegistries },
      syncs,
      events,
      journalFolder: join(dataDir, 'mirror-uploads'),
    }),
    syncOnPush: new SyncOnPush(syncs),
    cluster,
    site,
    engine: new EngineRunner(store, { ports, holder }, events, onEngineFailure, upgradeLog),
    evidence: new EvidenceKeeper({ store, registry, cluster }, evidenceKeys, events),
    evidenceKeys,
    checkpoints: new AuditCheckpoints(store.db, evidenceKeys),
    backups,
    gateways: { port: gateways, waiters: new GatewayWaiters(events), executables: new GatewayExecutables(registry) },
    rehearsals: new Rehearsals(store, cluster, events),
    scheduledBackups: new ScheduledBackups(store.db, backups),
    recentLog,
    certificates: new CertificateWatch(store.db),
    notifier: new Notifier({ db: store.db, secretKey, events }),
    secretKey,
  };
}

function secretKeyPlace(dataDir: string, given: string | undefined): SecretKeyPlace {
  return given === undefined
    ? { path: join(dataDir, secretKeyName), mayBeMade: true }
    : { path: given, mayBeMade: false };
}

/** PostgreSQL's LISTEN and NOTIFY; undefined where the store is one process's own. */
function lineOf({ db, listen }: Store): ReplicaLine | undefined {
  if (listen === undefined) return undefined;
  return { listen, say: (channel, message) => sql`select pg_notify(${channel}, ${message})`.execute(db) };
}
