import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Peer, peer } from '../peers.ts';
import { waitUntil } from '../wait-until.ts';

const script = fileURLToPath(new URL('machine.sh', import.meta.url));
const namespaces = ['--mount', '--pid', '--fork', '--kill-child'];

/** Nobody there, root neither, may change what the kernel has once for all namespaces: clock, modules, ports of devices (capabilities(7)). */
const kernelRights = ['sys_time', 'sys_module', 'sys_rawio', 'sys_boot', 'mac_admin', 'mac_override', 'wake_alarm'];
const withoutKernel = ['setpriv', `--bounding-set=${kernelRights.map((right) => `-${right}`).join(',')}`, '--'];

/** What a program in the machine came to. */
export interface RanThere {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A machine in namespaces of this one, with a real systemd, over this one's root, which it cannot change. */
export interface SystemdMachine {
  /** Where a file of it is read and written from here, until it is started anew. */
  path(absolute: string): string;
  /** Runs a program there as root, to its end, whatever its exit code. */
  run(program: string, args?: readonly string[], options?: RunOptions): Promise<RanThere>;
  /** What a program there printed. @throws Error with all that it wrote, when it ends with anything but 0 */
  reads(program: string, ...args: readonly string[]): Promise<string>;
  /** One property of a unit, as systemd tells it. */
  property(unit: string, name: string): Promise<string>;
  /** The journal of a unit since the machine was started, messages only. */
  journal(unit: string): Promise<string>;
  /** Shuts it down in order and starts it with the files that are there. */
  reboot(): Promise<void>;
  /** Ends everything in it; nothing is left of it. */
  stop(): Promise<void>;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string;
}

export interface MachineOptions {
  /** Loopback of its own, where every port is free; else this machine's network. */
  readonly ownNetwork?: boolean;
}

/** Whether a machine with systemd can be made here: give it to `describe.skipIf`, as a peer. */
export function systemd(): Pick<Peer, 'missing' | 'remedy'> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    return { missing: true, remedy: 'needs root on Linux, for a systemd in namespaces of its own' };
  }
  const found = peer('systemd');
  if (found.missing) return found;
  const refusal = refusalHere();
  return { missing: refusal !== undefined, remedy: refusal ?? found.remedy };
}

/** Why the kernel gives this process no such namespaces and mounts; undefined where it does. */
function refusalHere(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'sealift-systemd-probe-'));
  const tries = `mount -t tmpfs tmpfs "$0" && mkdir "$0/upper" "$0/work" "$0/root" "$0/groups" &&
    mount -t overlay -o "lowerdir=/,upperdir=$0/upper,workdir=$0/work" overlay "$0/root" &&
    mount -t cgroup2 cgroup2 "$0/groups" && mkdir -p "$0/groups$1" && rmdir "$0/groups$1"`;
  try {
    const args = [...namespaces, '--uts', '--ipc', '--cgroup', '--net', '/bin/bash', '-c', tries];
    execFileSync('unshare', [...args, folder, groupOf(folder)], { stdio: ['ignore', 'ignore', 'pipe'] });
    return undefined;
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    return `needs namespaces and overlays of its own: ${said.split('\n')[0]}`;
  } finally {
    rmdirSync(folder);
  }
}

/** A control group of the machine's own, below that of this process (cgroups(7), `/proc/PID/cgroup`). */
function groupOf(folder: string): string {
  const own = /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1] ?? '/';
  return join(own, basename(folder));
}

/** Of a process of this machine; undefined where it has ended. */
function nameOf(pid: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** Starts one and waits until all that is enabled in it, which is nothing at first, has been started. */
export async function startMachine({ ownNetwork = false }: MachineOptions = {}): Promise<SystemdMachine> {
  const folder = mkdtempSync(join(tmpdir(), 'sealift-systemd-'));
  const network = ownNetwork ? ['--net'] : [];
  // It ends with its standard input, and so with this process, however that ends.
  const shell = spawn(
    'unshare',
    [...namespaces, ...network, ...withoutKernel, '/bin/bash', script, folder, groupOf(folder)],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  const lines = createInterface({ input: shell.stdout })[Symbol.asyncIterator]();
  const says = async (word: string): Promise<string> => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`the machine ended before it said ${word}`);
      if (value.startsWith(`${word} `)) return value.slice(word.length + 1);
    }
  };
  let pid = '';
  const run: SystemdMachine['run'] = async (program, args = [], { env = {}, cwd = '/', input } = {}) => {
    const inside = ['--mount', '--uts', '--ipc', '--net', '--pid', '--cgroup', `--wd=/proc/${pid}/root${cwd}`];
    const child = spawn('nsenter', ['--target', pid, ...inside, '--', ...withoutKernel, program, ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', ...env },
    });
    child.stdin.on('error', () => undefined).end(input);
    const parts = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    for (const name of ['stdout', 'stderr'] as const) child[name].on('data', (part: Buffer) => parts[name].push(part));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, stdout: Buffer.concat(parts.stdout).toString(), stderr: Buffer.concat(parts.stderr).toString() };
  };
  const boot = async (): Promise<void> => {
    shell.stdin.write('\n');
    pid = await says('pid');
    // Before that its root is still the one of this machine.
    await waitUntil('systemd to be the first process', () => nameOf(pid) === 'systemd');
    await waitUntil('systemd to have started all', async () => {
      const { stdout } = await run('systemctl', ['is-system-running', '--wait']);
      return /^(?:running|degraded)$/m.test(stdout);
    });
  };
  const stop = async (): Promise<void> => {
    const ended = shell.exitCode === null && shell.signalCode === null ? once(shell, 'exit') : undefined;
    shell.stdin.end();
    await ended;
    rmdirSync(folder);
  };
  const reads: SystemdMachine['reads'] = async (program, ...args) => {
    const ran = await run(program, args);
    if (ran.code === 0) return ran.stdout;
    throw new Error(`${program} ${args.join(' ')} ended with ${ran.code}:\n${ran.stdout}${ran.stderr}`);
  };
  try {
    await boot();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    path: (absolute) => `/proc/${pid}/root${absolute}`,
    run,
    reads,
    property: async (unit, name) => (await reads('systemctl', 'show', unit, `--property=${name}`, '--value')).trim(),
    journal: (unit) => reads('journalctl', '--boot', '--no-pager', '--output=cat', `--unit=${unit}`),
    async reboot() {
      await run('systemctl', ['poweroff']);
      await says('ended');
      await boot();
    },
    stop,
  };
}
