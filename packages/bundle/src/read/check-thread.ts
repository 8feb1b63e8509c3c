import { parentPort, workerData } from 'node:worker_threads';
import { checkBufferBytes, type CheckJob, checkJob, type CheckOutcome, type OpenPart } from './check-job.ts';

/** What a thread tells: how far it is, and how a job ended. */
export type FromCheckThread =
  | { readonly kind: 'progress'; readonly bytes: number }
  | { readonly kind: 'ended'; readonly outcome: CheckOutcome };

/** Bytes between two reports of progress: often enough for a person, seldom enough to cost nothing. */
const reportBytes = 16 * 1024 * 1024;

/** The program of a checking thread: does the jobs that it is sent, one after the other, until it is ended. */
function serve(port: NonNullable<typeof parentPort>, parts: readonly OpenPart[]): void {
  const buffer = Buffer.allocUnsafeSlow(checkBufferBytes);
  let unreported = 0;
  const report = (): void => {
    port.postMessage({ kind: 'progress', bytes: unreported } satisfies FromCheckThread);
    unreported = 0;
  };
  port.on('message', (job: CheckJob) => {
    const outcome = checkJob(job, parts, buffer, (count) => {
      unreported += count;
      if (unreported >= reportBytes) report();
    });
    report();
    port.postMessage({ kind: 'ended', outcome } satisfies FromCheckThread);
  });
}

if (parentPort !== null) serve(parentPort, workerData as readonly OpenPart[]);
