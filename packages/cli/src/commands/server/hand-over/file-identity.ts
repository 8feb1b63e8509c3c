import { stat } from 'node:fs/promises';
import { isMissing } from '@sealift/io/file-errors';

/** Tells a file from the one that was in its place before; undefined where there is none. */
export async function fileIdentity(path: string): Promise<string | undefined> {
  try {
    const { dev, ino, mtimeMs } = await stat(path);
    return `${dev}:${ino}:${mtimeMs}`;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** The executable that a process runs, also when another file has its name by now (proc_pid_exe(5)). */
export function runningFile(pid: number | 'self'): string {
  return `/proc/${pid}/exe`;
}
