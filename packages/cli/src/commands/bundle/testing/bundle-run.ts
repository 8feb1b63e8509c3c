import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** `sealift bundle run` as a process that has begun, and what it has printed so far. */
export interface BundleRun {
  readonly child: ChildProcess;
  readonly output: () => string;
}

/** Where a bundle is run: a home with the trusted keys in `trusted`, a login, and a folder that outlives the processes. */
export interface BundleRunPlace {
  readonly folder: string;
  /** Of the journal of uploads. */
  readonly state: string;
  readonly bundle: string;
}

/** Starts `sealift bundle run` as a process of its own. @param registry `host:port`, where `writer` may push with `secret` */
export function startRun(
  { folder, state, bundle }: BundleRunPlace,
  registry: string,
  args: readonly string[] = [],
): BundleRun {
  const auth = Buffer.from('writer:secret').toString('base64');
  mkdirSync(join(folder, 'docker'), { recursive: true });
  writeFileSync(join(folder, 'docker', 'config.json'), JSON.stringify({ auths: { [registry]: { auth } } }));
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    XDG_STATE_HOME: state,
    DOCKER_CONFIG: join(folder, 'docker'),
    SEALIFT_TRUSTED_KEYS: join(folder, 'trusted'),
    SEALIFT_BIN_DIR: join(folder, 'bin'),
    OCI_PACK_REGISTRY: registry,
    OCI_PACK_BASE: 'site/packs',
    OCI_IMAGE_REGISTRY: registry,
    OCI_IMAGE_BASE: 'site/images',
  };
  const program = join(import.meta.dirname, '../../../../bin/sealift');
  const child = spawn(program, ['bundle', 'run', '--', bundle, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { child, output: () => text };
}

/** Kills it with SIGKILL once something happened. @throws Error with what it printed where it ends before */
export async function killOnce({ child, output }: BundleRun, happened: Promise<unknown>): Promise<void> {
  await Promise.race([happened, once(child, 'exit').then(() => Promise.reject(new Error(output())))]);
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

/** Runs to the end; throws with what it printed unless that is the end hoped for. */
export async function finishRun(place: BundleRunPlace, registry: string): Promise<void> {
  const { child, output } = startRun(place, registry);
  await once(child, 'close');
  if (child.exitCode !== 0) throw new Error(output());
}
