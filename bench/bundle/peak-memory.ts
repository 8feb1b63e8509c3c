import { readdirSync, readFileSync } from 'node:fs';

/** The most memory that a process had resident, in bytes (proc_pid_status(5), VmHWM), or 0 when it has just ended. */
export function peakOf(pid: number | 'self'): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** The same of a process and all that it has started and that still run, added up. */
export function peakOfTree(pid: number): number {
  return peakOf(pid) + childrenOf(pid).reduce((total, child) => total + peakOfTree(child), 0);
}

/** Of every thread (proc_pid_task_children(5)). */
function childrenOf(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}
