import { SealiftError } from '@sealift/core/errors';
import type { CliContext } from '../../context.ts';
import type { DemoCluster } from '../../demo/cluster/demo-cluster.ts';
import {
  type DemoEnvironment,
  offered,
  prepareDemo,
  realCluster,
  simulatedAt,
  startDemo,
} from '../../demo/demo-environment.ts';
import { syncRegistry } from '../../demo/platform.ts';
import { whenNpmIsGone } from '../../demo/npm-run.ts';
import { prepareRealPlatform } from '../../demo/real-platform.ts';
import { type UpgradeResult, upgradeByApi } from '../../demo/upgrade-run.ts';

export interface DemoRunOptions {
  readonly dir: string;
  readonly port: string;
  readonly auto?: boolean;
  readonly json?: boolean;
  readonly speed?: string;
  readonly peers?: boolean;
}

/** Slow enough to watch, and fast enough to wait for. */
const watchedSpeed = 1;
const autoSpeed = 8;

/**
 * Runs the demo until the context is cancelled; with `auto`, until the platform is upgraded.
 *
 * @throws USAGE, DEMO_*, UPGRADE_*, PLATFORM_*
 */
export async function runDemo(options: DemoRunOptions, context: CliContext): Promise<void> {
  const begun = Date.now();
  const { port, speed } = readOptions(options);
  const { env, note } = context;
  const cancel = AbortSignal.any([context.cancel, whenNpmIsGone(env)]);
  const peers = options.peers === true;
  note(peers ? realIntroduction : simulatedIntroduction);
  const demo = await prepareDemo({ dir: options.dir, env, cancel, say: note });
  const environment: DemoEnvironment<DemoCluster> = peers
    ? await startDemo({ demo: await prepareRealPlatform(demo, env), port }, realCluster)
    : await startDemo({ demo, port }, simulatedAt(speed));
  try {
    if (options.auto === true) {
      const { api } = environment.administrator;
      await syncRegistry(api, cancel);
      const result = await upgradeByApi(api, note, cancel);
      await environment.stop();
      const { machinesReplaced, ...told } = result;
      const complete = peers ? { ...told, peers, machinesReplaced } : told;
      report(complete, (Date.now() - begun) / 1000, options.json === true, context);
    } else {
      invite(environment, context);
      await untilStopped(environment, cancel);
    }
  } finally {
    await environment.stop();
  }
}

const simulatedIntroduction =
  'This is a demonstration: vCenter and the cluster are simulated, everything else is real.';
const realIntroduction =
  'This is a demonstration: vCenter is a simulator of its API, and a machine is processes on this one; Kubernetes, etcd, Cluster API, helm and everything else are real.';

function readOptions(options: DemoRunOptions): { readonly port: number; readonly speed: number } {
  const port = Number(options.port);
  if (!/^\d{1,5}$/.test(options.port) || port > 65_535) throw usage(`--port ${options.port} is not a port`);
  if (options.speed !== undefined && options.peers === true)
    throw usage('--speed is of the simulated cluster, and --peers takes a real one');
  const usual = options.auto === true ? autoSpeed : watchedSpeed;
  const speed = options.speed === undefined ? usual : Number(options.speed);
  if (!(speed >= 0.01 && speed <= 100_000)) throw usage(`--speed ${options.speed} is not a factor from 0.01 to 100000`);
  if (options.json === true && options.auto !== true) throw usage('--json needs --auto');
  return { port, speed };
}

function report(
  result: Omit<UpgradeResult, 'machinesReplaced'>,
  seconds: number,
  json: boolean,
  context: CliContext,
): void {
  const complete = { ...result, seconds: Math.round(seconds * 10) / 10 };
  if (json) return context.out(JSON.stringify(complete));
  context.out(`Upgraded from ${result.from} to ${result.to} in ${complete.seconds} s, ${result.conflicts} conflicts.`);
  context.out(`Kept:\n${result.keptCustomisations.map((path) => `  ${path}`).join('\n')}`);
  for (const sentence of result.summary) context.out(sentence);
}

function invite({ administrator, context: demo, cluster }: DemoEnvironment<DemoCluster>, context: CliContext): void {
  context.out(`
System console:  ${administrator.api.url}
User:            ${administrator.username}
Password:        ${administrator.password.reveal()}

${cluster.description}
Release ${offered} has been uploaded. In the console:
  1. Administration → Pack Registries → spectro-packs → ⋮ → Sync
  2. Update Management → Update, look at each layer, Confirm
  3. watch it, then read the Summary
Everything this demo writes is below ${demo.folder.path}
Ctrl-C ends it.`);
}

/** Until somebody stops the demo, or one of its processes ends by itself. */
async function untilStopped(environment: DemoEnvironment<DemoCluster>, cancel: AbortSignal): Promise<void> {
  const { console, cluster } = environment;
  const stopped = new Promise<null>((stop) => {
    if (cancel.aborted) stop(null);
    cancel.addEventListener('abort', () => stop(null), { once: true });
  });
  const ended = (name: string, service: DemoCluster['service']) =>
    service.ended.then((code) => ({ name, code, output: service.output() }));
  const services = [ended('the system console', console), ended(cluster.name, cluster.service)];
  const first = await Promise.race([stopped, ...services]);
  if (first === null || cancel.aborted) return;
  const place = first.output.slice(-12).join('\n      ');
  throw new SealiftError('DEMO_STEP_FAILED', {
    values: { name: first.name, reason: `ended with ${first.code}` },
    place,
  });
}

function usage(reason: string): SealiftError {
  return new SealiftError('USAGE', { values: { reason } });
}
