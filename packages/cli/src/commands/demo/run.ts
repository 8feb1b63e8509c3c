import { SealiftError } from '@sealift/core/errors';
import type { CliContext } from '../../context.ts';
import { type DemoEnvironment, offered, startDemo } from '../../demo/demo-environment.ts';
import { syncRegistry } from '../../demo/platform.ts';
import { type UpgradeResult, upgradeByApi } from '../../demo/upgrade-run.ts';

export interface DemoRunOptions {
  readonly dir: string;
  readonly port: string;
  readonly auto?: boolean;
  readonly json?: boolean;
  readonly speed?: string;
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
  const port = Number(options.port);
  if (!/^\d{1,5}$/.test(options.port) || port > 65_535) throw usage(`--port ${options.port} is not a port`);
  const speed =
    options.speed === undefined ? (options.auto === true ? autoSpeed : watchedSpeed) : Number(options.speed);
  if (!(speed >= 0.01 && speed <= 100_000)) throw usage(`--speed ${options.speed} is not a factor from 0.01 to 100000`);
  if (options.json === true && options.auto !== true) throw usage('--json needs --auto');
  const { dir } = options;
  const { env, cancel, note } = context;
  note('This is a demonstration: vCenter and the cluster are simulated, everything else is real.');
  const environment = await startDemo({ dir, port, speed, env, cancel, say: note });
  try {
    if (options.auto === true) {
      const { api } = environment.administrator;
      await syncRegistry(api, cancel);
      const result = await upgradeByApi(api, note, cancel);
      await environment.stop();
      report(result, (Date.now() - begun) / 1000, options.json === true, context);
    } else {
      invite(environment, context);
      await untilStopped(environment, cancel);
    }
  } finally {
    await environment.stop();
  }
}

function report(result: UpgradeResult, seconds: number, json: boolean, context: CliContext): void {
  const complete = { ...result, seconds: Math.round(seconds * 10) / 10 };
  if (json) return context.out(JSON.stringify(complete));
  context.out(`Upgraded from ${result.from} to ${result.to} in ${complete.seconds} s, ${result.conflicts} conflicts.`);
  context.out(`Kept:\n${result.keptCustomisations.map((path) => `  ${path}`).join('\n')}`);
  for (const sentence of result.summary) context.out(sentence);
}

function invite({ administrator, context: demo, simulator }: DemoEnvironment, context: CliContext): void {
  context.out(`
System console:  ${administrator.api.url}
User:            ${administrator.username}
Password:        ${administrator.password.reveal()}

The cluster is a simulation; what it was asked to do is in ${simulator.ready.callLog}
Release ${offered} has been uploaded. In the console:
  1. Administration → Pack Registries → spectro-packs → ⋮ → Sync
  2. Update Management → Update, look at each layer, Confirm
  3. watch it, then read the Summary
Everything this demo writes is below ${demo.folder.path}
Ctrl-C ends it.`);
}

/** Until somebody stops the demo, or one of its processes ends by itself. */
async function untilStopped({ console, simulator }: DemoEnvironment, cancel: AbortSignal): Promise<void> {
  const stopped = new Promise<null>((stop) => {
    if (cancel.aborted) stop(null);
    cancel.addEventListener('abort', () => stop(null), { once: true });
  });
  const ended = (name: string, service: DemoEnvironment['console'] | DemoEnvironment['simulator']) =>
    service.ended.then((code) => ({ name, code, output: service.output() }));
  const first = await Promise.race([stopped, ended('the system console', console), ended('the simulator', simulator)]);
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
