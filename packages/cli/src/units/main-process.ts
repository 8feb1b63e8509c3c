import { rm } from 'node:fs/promises';
import { writeFileAtomically } from '@sealift/io/durable-file';

/** Names the file in which a supervisor looks for the main process of a service when the one that it knows has ended (systemd.service(5), `PIDFile=`). */
export const pidFileVariable = 'SEALIFT_PID_FILE';

/** Tells the supervisor which process a service is from the end of this one on. @throws FILE_UNWRITABLE */
export async function tellMainProcess(path: string, pid: number): Promise<void> {
  await writeFileAtomically(path, `${pid}\n`, 0o644);
}

/** This process stays the one that it knows. */
export async function stayMainProcess(path: string): Promise<void> {
  await rm(path, { force: true }).catch(() => undefined);
}
