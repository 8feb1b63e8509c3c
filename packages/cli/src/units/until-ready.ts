import { SealiftError } from '@sealift/core/errors';
import { pause } from '@sealift/io/pause';
import { identityOf } from '@sealift/io/process-identity';

const askEveryMs = 200;

/** What the commands that wait for a service are told. */
export interface ReadyOptions {
  /** Number of the process that is to answer; without it the wait has no end. */
  readonly process?: string;
}

/**
 * Waits until a service of this machine answers: what a unit runs before systemd counts it as started.
 *
 * @param service for people: `the console`
 * @throws USAGE, SERVICE_NOT_READY once its process has ended, CANCELLED
 */
export async function untilReady(
  service: string,
  { process: number }: ReadyOptions,
  answers: () => Promise<boolean>,
  cancel: AbortSignal,
): Promise<void> {
  const pid = number === undefined ? undefined : pidOf(number);
  const first = pid === undefined ? undefined : await identityOf(pid);
  while (!cancel.aborted) {
    const hasAnswered = await answers();
    // Looked at behind the answer: another one may have the address, and this one ends for it.
    const runs = pid === undefined || (first !== undefined && (await identityOf(pid)) === first);
    if (!runs) throw new SealiftError('SERVICE_NOT_READY', { values: { service } });
    if (hasAnswered) return;
    await pause(askEveryMs, cancel).catch(() => undefined);
  }
  throw new SealiftError('CANCELLED');
}

function pidOf(text: string): number {
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text);
  throw new SealiftError('USAGE', { values: { reason: `--process ${text} is no number of a process` } });
}
