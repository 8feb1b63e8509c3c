import { join, resolve } from 'node:path';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import { maskData } from '@sealift/core/secret';
import { hasCode } from '@sealift/io/file-errors';
import { lockFolder } from '@sealift/io/folder-lock';
import { RegistryStorage } from '@sealift/registry/storage';
import { TokenService } from '@sealift/registry/token-service';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { newSetupToken } from '../accounts/setup.ts';
import { buildApp } from './build-app.ts';
import { findPages } from './page-files.ts';
import { composeConsole, registryFolder } from './compose.ts';
import { packRegistryName } from '../catalogue/sync-state.ts';
import { Jobs } from '../jobs/jobs.ts';
import { registryId } from '../registry/registry-id.ts';
import { storeInUse } from '../store/store-in-use.ts';
import { unusableSettings } from '../site/site-parts.ts';
import type { StartedWith } from '../site/site-settings.ts';
import { recordSuccessor } from './record-successor.ts';
import { type UpgradeUnderWay, upgradesUnderWay } from '../store/under-way.ts';
import { RecentLines } from '../support/recent-lines.ts';
import { openStore } from '../store/store.ts';
import type { LoadPrograms } from '@sealift/site/load-objects';
import type { SiteSettings } from '@sealift/site/settings';

const logging = { level: 'warn', redact: ['req.headers.authorization', 'req.headers.cookie'] };

const closeTimeoutMs = 10_000;

/** How a console is started. */
export interface ConsoleOptions {
  /** Store, registry content and backups live here; locked for this process. */
  readonly dataDir: string;
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port?: number;
  /** `postgres://…`; without it the embedded store in the data folder is used. */
  readonly databaseUrl?: string;
  /** The simulated cluster, such as `http://127.0.0.1:7710`. Without it the console works, and says that no cluster is connected. */
  readonly clusterUrl?: string;
  /** The site: its vCenter and its enterprise cluster; beside a simulated cluster its vCenter and storage only. */
  readonly site?: SiteSettings;
  /** The key of the secrets that are stored for the site; else `secret-key` in the data folder. The same for every console of a database. */
  readonly secretKeyFile?: string;
  /** What packs are applied with at a site whose settings are given in the console. */
  readonly startedWith?: StartedWith;
  /** Executables that the objects of each backup are loaded into; without them they are read and compared only. */
  readonly backupPrograms?: LoadPrograms;
  /** Folder of executables that minors of Kubernetes are rehearsed with: `etcd`, `etcdutl`, and for each minor `<minor>/kube-apiserver`. */
  readonly rehearsalPrograms?: string;
  /** Address of the proxy that ends TLS in front of the console; only its `X-Forwarded-*` headers are believed. */
  readonly trustedProxy?: string;
  /** Folder of the built web pages; by default those of this program. */
  readonly assetsDir?: string;
  /** Receives one line at a time: notes at start-up; as JSON what an upgrade does and waits for, and unexpected failures. */
  readonly log?: (line: string) => void;
}

/** A running console. */
export interface RunningConsole {
  /** Such as `http://127.0.0.1:8480`. */
  readonly url: string;
  /** The one-time link to make the first administrator; null once there is one. */
  readonly setupUrl: string | null;
  /** The upgrades that are under way, in the forms in which they are stored: whoever goes on with this store has to read them. */
  underWay(): Promise<readonly UpgradeUnderWay[]>;
  /** Puts into the audit log that another version is to take this one's place, or why it did not. */
  recordSuccessor(version: string, failed?: string): Promise<void>;
  /** Stops taking requests, lets the engine reach its next safe point, closes the store. A second call joins the first. */
  close(): Promise<void>;
}

/**
 * Starts the system console: store, API, registry, web pages, and the engine, which goes on with what an earlier process left.
 *
 * @throws STORE_IN_USE, STORE_UNREACHABLE, STORE_FROM_NEWER, UPGRADE_FROM_NEWER, ADDRESS_IN_USE, ADDRESS_UNUSABLE
 */
export async function startConsole(options: ConsoleOptions): Promise<RunningConsole> {
  const { host = '127.0.0.1', port = 0, log = () => undefined } = options;
  const dataDir = resolve(options.dataDir);
  const undo: (() => unknown)[] = [];
  try {
    // The registry's content and the embedded store stand one process only.
    const lock = lockFolder(dataDir, (holder) => storeInUse(dataDir, holder));
    undo.push(() => lock.release());
    const store = await openStore({
      dataDir,
      ...(options.databaseUrl === undefined ? {} : { databaseUrl: options.databaseUrl }),
    });
    undo.push(() => store.close());
    if (store.kind === 'embedded') {
      log(
        'The embedded store survives the end of the process, not the loss of power. For anything but a trial set DATABASE_URL.',
      );
    }
    if (!/^(?:127(?:\.\d{1,3}){3}|::1|localhost)$/.test(host) && options.trustedProxy === undefined) {
      log(
        `Plain HTTP on ${host}: passwords and tokens can be read on the way. Put a proxy that ends TLS in front of it and name it as the trusted proxy.`,
      );
    }
    // A line of the log is one object of JSON; what failed may quote a URL or a configuration.
    const recentLog = new RecentLines();
    const logger = pino(logging, {
      write: (line: string) => {
        const masked = JSON.stringify(maskData(JSON.parse(line)));
        recentLog.add(masked);
        log(masked);
      },
    });
    const upgradeLogger = logger.child({}, { level: 'info' });
    const parts = composeConsole(
      store,
      {
        dataDir,
        simulatorUrl: options.clusterUrl,
        site: options.site,
        secretKeyFile: options.secretKeyFile,
        startedWith: options.startedWith,
        backupPrograms: options.backupPrograms,
        rehearsalPrograms: options.rehearsalPrograms,
        recentLog,
      },
      (error) => logger.warn({ err: error }, 'the engine stopped; it will be started again'),
      (about, message) => upgradeLogger.info(about, message),
    );
    undo.push(() => parts.cluster.close());
    undo.push(() => parts.evidence.close());
    undo.push(() => parts.backups.close());
    undo.push(() => parts.rehearsals.close());
    parts.replicas.begin((error) => logger.warn({ err: error }, 'other consoles of this database are not heard'));
    undo.push(() => parts.replicas.close());
    const unusable = await unusableSettings(parts.site);
    if (unusable !== undefined) log(`No cluster is connected: ${unusable.message}. ${unusable.hint}`);
    const registryDir = join(dataDir, registryFolder);
    const registryStorage = await RegistryStorage.open(registryDir);
    undo.push(() => registryStorage.close());
    const app = await buildApp({
      parts,
      logger,
      ...(options.trustedProxy === undefined ? {} : { trustedProxy: options.trustedProxy }),
      registryStorage,
      registryTokens: await TokenService.open(registryDir),
      pages: await findPages(options.assetsDir),
    });
    undo.push(() => closeWithin(app, closeTimeoutMs));
    await app.ready();
    undo.push(() => parts.ownRegistry.close());
    await parts.ownRegistry.connect(app);
    const jobs = await Jobs.open(store.jobs, (error) => logger.warn({ err: error }, 'a queue can not be reached'));
    undo.push(() => jobs.close());
    undo.push(() => parts.care.close());
    const id = await registryId(join(dataDir, 'registry-id'));
    await parts.care.begin({
      storage: registryStorage,
      statePath: join(dataDir, 'registry-care.json'),
      warn: (message, details) => logger.warn(details, message),
    });
    await parts.care.schedule(await jobs.queue(`registry-care.${id}`));
    undo.push(() => parts.scheduledBackups.close());
    await parts.scheduledBackups.begin(await jobs.queue(`backup.${id}`), (error) =>
      logger.warn({ err: error }, 'a backup that was due was not made'),
    );
    await parts.checkpoints.begin(await jobs.queue(`audit-checkpoint.${id}`), (error) =>
      logger.warn({ err: error }, 'the end of the audit log was not signed'),
    );
    await parts.certificates.begin(await jobs.queue(`certificates.${id}`), (error) =>
      logger.warn({ err: error }, 'certificates were not looked at'),
    );
    // Before the jobs are waited for: a sync of a registry that does not answer would hold them up.
    undo.push(() => parts.otherRegistries.close());
    undo.push(() => parts.mirrors.close());
    await parts.mirrors.open(id, (error) => logger.warn({ err: error }, 'how far a mirror is was not stored'));
    await parts.syncs.begin((name) =>
      jobs.queue(name === packRegistryName ? `registry-sync.${id}` : `registry-sync.${id}.${name}`),
    );
    await parts.syncs.schedule(await jobs.queue(`registry-schedule.${id}`), (error) =>
      logger.warn({ err: error }, 'a sync that was due could not be asked for'),
    );
    undo.push(() => parts.syncOnPush.close());
    parts.syncOnPush.begin((error) => logger.warn({ err: error }, 'a sync after a push could not be asked for'));
    await parts.rehearsals.open((error) => logger.warn({ err: error }, 'how far a rehearsal is was not stored'));
    const token = await newSetupToken(store.db);
    const url = await listen(app, host, port);
    undo.push(() => parts.engine.close());
    await parts.evidence.begin((error) => logger.warn({ err: error }, 'the evidence of an upgrade was not written'));
    await parts.engine.watch();
    undo.push(() => parts.notifier.close());
    parts.notifier.begin((error) => logger.warn({ err: error }, 'notifications are not delivered now'));
    let closing: Promise<void> | undefined;
    return {
      url,
      setupUrl: token === null ? null : `${url}/setup#token=${token}`,
      underWay: () => upgradesUnderWay(store.db),
      recordSuccessor: (version, failed) => recordSuccessor(store.db, version, failed),
      close: () => (closing ??= closeAll(undo)),
    };
  } catch (error) {
    await closeAll(undo);
    throw error;
  }
}

/** Requests under way may finish; one that takes for ever, such as a stalled upload, may not keep the process alive. */
async function closeWithin(app: FastifyInstance, timeoutMs: number): Promise<void> {
  const timer = setTimeout(() => app.server.closeAllConnections(), timeoutMs);
  await app.close();
  clearTimeout(timer);
}

async function closeAll(undo: readonly (() => unknown)[]): Promise<void> {
  for (const step of undo.toReversed()) await step();
}

/** Linux gives the ports below 1024 to those that may have them alone (ip(7), `ip_unprivileged_port_start`). */
const portOfRoot =
  'Ports below 1024 need a right: give another --listen address, such as 0.0.0.0:8480 behind a proxy; or start it with CAP_NET_BIND_SERVICE, in a systemd unit AmbientCapabilities=CAP_NET_BIND_SERVICE.';

async function listen(app: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    const values = { address: `${host}:${port}`, reason: reasonOf(error) };
    const code = hasCode(error, 'EADDRINUSE') ? 'ADDRESS_IN_USE' : 'ADDRESS_UNUSABLE';
    const failure = new SealiftError(code, { values, cause: error });
    throw hasCode(error, 'EACCES') ? failure.withHint(portOfRoot) : failure;
  }
  const address = app.server.address();
  const bound = address !== null && typeof address === 'object' ? address.port : port;
  // What listens on every address is reached from here by loopback.
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${bound}`;
}
