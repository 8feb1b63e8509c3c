import { readFileSync } from 'node:fs';

/** The most memory that a process had resident, in bytes (proc_pid_status(5), VmHWM), or 0 when it has just ended. */
export function peakOf(pid: number | 'self'): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
