import { join } from 'node:path';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import { buildConsolePages } from '../executable/console-pages.ts';
import { type Administrator, makeAdministrator } from './administrator.ts';
import type { Service } from './child-process.ts';
import { findCheckout } from './checkout.ts';
import type { DemoContext } from './demo-context.ts';
import { demoEnvironment, takeDemoFolder } from './demo-folder.ts';
import type { DemoCluster } from './cluster/demo-cluster.ts';
import { type RealCluster, startRealCluster } from './cluster/real-cluster.ts';
import { type SimulatedCluster, startSimulatedCluster } from './cluster/simulated-cluster.ts';
import { type ConsoleReady, startConsoleServer } from './demo-services.ts';
import { adoptWhatRuns, type ChangeValues, syncRegistry } from './platform.ts';
import { executeBundle } from './support-host.ts';
import { bundleOf, makeVendor, type Vendor } from './vendor.ts';

/** The releases that the demo goes between. */
export const [installed, offered] = ['4.2.12', '4.2.13'] as const;

export interface DemoOptions {
  /** What every part works with; see `prepareDemo`. */
  readonly demo: DemoContext;
  /** Of the console; 0 takes a free one. */
  readonly port: number;
  /** Taken instead of being built. */
  readonly built?: Built;
  /** The command line serves its own pages, as a single-file executable does. */
  readonly ownPages?: boolean;
  /** The PostgreSQL server of the console, in place of the embedded store. */
  readonly databaseUrl?: string;
  readonly releases?: DemoReleases;
  /** How the release that runs is recorded, where the console is not just asked to. */
  readonly adopt?: (demo: DemoContext) => Promise<void>;
}

/** What a platform begins with. */
export interface DemoReleases {
  /** The one that it runs. */
  readonly installed: string;
  /** In the order in which their bundles are executed, the installed one among them. */
  readonly uploaded: readonly string[];
}

/** What has to be built before a demo can start. */
export interface Built {
  readonly vendor: Vendor;
  /** Folder of the console's web pages. */
  readonly pages: string;
}

/** A platform that runs the older release with the site's values, and has the newer one in its registry. */
export interface DemoEnvironment<Cluster extends DemoCluster = SimulatedCluster> {
  readonly context: DemoContext;
  readonly built: Built;
  readonly administrator: Administrator;
  readonly console: Service<ConsoleReady>;
  readonly cluster: Cluster;
  /** Ends console and cluster, in this order. */
  stop(): Promise<void>;
}

/** Takes the folder and describes what the demo works with; starts nothing. */
export async function prepareDemo(options: {
  readonly dir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly say: (text: string) => void;
  readonly cancel: AbortSignal;
  /** A single-file executable in place of the checkout's command line. */
  readonly executable?: string | undefined;
  /** What the site runs in place of the sample's values. */
  readonly changeValues?: ChangeValues | undefined;
}): Promise<DemoContext> {
  const found = findCheckout();
  const checkout = { ...found, sealift: options.executable ?? found.sealift };
  const folder = await takeDemoFolder(options.dir);
  const { say, cancel, changeValues } = options;
  return { checkout, folder, env: demoEnvironment(folder, options.env), say, cancel, changeValues };
}

/** Builds the web pages, and the bundles of both releases with a new vendor key. */
export async function buildForDemo(demo: DemoContext): Promise<Built> {
  demo.say('Building the web pages');
  // The same cache as that of the executables, which hold these pages.
  const cache = join(demo.folder.path, 'cache', 'sealift');
  const pages = await buildConsolePages(demo.checkout.root, cache, demo.env, demo.cancel).catch((cause: unknown) => {
    const values = { name: 'the build of the web pages', reason: reasonOf(cause) };
    throw new SealiftError('DEMO_STEP_FAILED', { values, cause });
  });
  return { pages, vendor: await makeVendor(demo, [installed, offered]) };
}

/** Makes the cluster of a demo, which runs the release that is installed first. */
export type StartCluster<Cluster extends DemoCluster> = (demo: DemoContext, vendor: Vendor) => Promise<Cluster>;

/** @param speed how many times faster than a few seconds a machine */
export function simulatedAt(speed: number): StartCluster<SimulatedCluster> {
  return (demo, vendor) => startSimulatedCluster(demo, vendor, { version: installed, speed });
}

/** The programs of a real one, on this machine; `prepareRealPlatform` comes before. */
export const realCluster: StartCluster<RealCluster> = (demo, vendor) =>
  startRealCluster(demo, vendor, { version: installed });

/**
 * Builds both bundles, starts cluster and console, and brings the platform to where an administrator finds a new release:
 * everything by the commands and the API that people use.
 *
 * @throws DEMO_*, CANCELLED, and what the parts throw; what was started is stopped then
 */
export async function startDemo<Cluster extends DemoCluster>(
  options: DemoOptions,
  startCluster: StartCluster<Cluster>,
): Promise<DemoEnvironment<Cluster>> {
  const { demo: context } = options;
  const { say } = context;
  const built = options.built ?? (await buildForDemo(context));
  const { vendor, pages } = built;
  const started: Service<unknown>[] = [];
  const stop = async (): Promise<void> => {
    for (const service of started.toReversed()) await service.stop();
  };
  try {
    say('Starting the cluster');
    const cluster = await startCluster(context, vendor);
    started.push(cluster.service);
    say('Starting the system console');
    const console = await startConsoleServer(context, {
      cluster,
      pages: options.ownPages === true ? undefined : pages,
      port: options.port,
      databaseUrl: options.databaseUrl,
    });
    started.push(console);
    const administrator = await makeAdministrator(context, console.ready, vendor);
    const releases = options.releases ?? { installed, uploaded: [installed, offered] };
    for (const version of releases.uploaded) {
      say(`Executing ./airgap-v${version}.bin`);
      await executeBundle(context, bundleOf(vendor, version));
      if (version !== releases.installed) continue;
      await syncRegistry(administrator.api, context.cancel);
      await cluster.install();
      say(`The platform runs ${version}, with the site's own values`);
      if (options.adopt === undefined) await adoptWhatRuns(administrator.api, version);
      else await options.adopt(context);
    }
    return { context, built, administrator, console, cluster, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
