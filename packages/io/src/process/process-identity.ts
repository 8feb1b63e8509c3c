import { readFile } from 'node:fs/promises';
import { hasCode } from '../files/file-errors.ts';

/**
 * Names this process so that another one that gets its number later, also after the machine was started again, is not taken for
 * it: `pid-start-boot`. Numbers are of one process namespace (pid_namespaces(7)): what must hold between containers needs a
 * lock of the kernel, as `lockFolder` takes.
 */
export async function thisProcess(): Promise<string> {
  return (await identityOf(process.pid)) ?? `${process.pid}`;
}

/** Whether the process that `thisProcess` named is still running on this machine. */
export async function isRunning(identity: string): Promise<boolean> {
  const pid = Number(/^\d{1,10}/.exec(identity)?.[0] ?? Number.NaN);
  return Number.isSafeInteger(pid) && (await identityOf(pid)) === identity;
}

/** Number, start time in clock ticks since boot (proc_pid_stat(5), field 22) and the boot's id; undefined when it has ended. */
export async function identityOf(pid: number): Promise<string | undefined> {
  try {
    const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The name before it may hold spaces and brackets; the last bracket ends it, and field 3 follows.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state] = fields;
    const start = fields[19];
    // One that its parent has not asked about yet is listed though it has ended (field 3: Z, X).
    return start === undefined || state === 'Z' || state === 'X' ? undefined : `${pid}-${start}-${boot}`;
  } catch {
    return undefined;
  }
}

/** Whether any process has this number now (kill(2), signal 0): the one that was meant, or another that came after it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}
