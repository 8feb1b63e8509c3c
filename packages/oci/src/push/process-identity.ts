import { readFile } from 'node:fs/promises';

/** Names this process so that another one that gets its number later is not taken for it. */
export async function thisProcess(): Promise<string> {
  return (await identityOf(process.pid)) ?? `${process.pid}`;
}

/** Whether the process that `thisProcess` named is still running on this machine. */
export async function isRunning(identity: string): Promise<boolean> {
  const pid = Number(/^\d{1,10}/.exec(identity)?.[0] ?? Number.NaN);
  return Number.isSafeInteger(pid) && (await identityOf(pid)) === identity;
}

/** Number and start time in clock ticks since boot (proc_pid_stat(5), field 22). */
async function identityOf(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The name before it may hold spaces and brackets; the last bracket ends it, and field 3 follows.
    const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return start === undefined ? undefined : `${pid}-${start}`;
  } catch {
    return undefined;
  }
}
