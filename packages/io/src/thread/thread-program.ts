import { getAsset, isSea } from 'node:sea';
import { type ResourceLimits, Worker } from 'node:worker_threads';

/** The program of a thread: the name under which the single-file executable carries it, and the file it is made of. */
export interface ThreadProgram {
  readonly asset: string;
  readonly source: URL;
}

export interface ThreadOptions {
  readonly workerData?: unknown;
  /** How much memory it may take; without it as much as the process. */
  readonly resourceLimits?: ResourceLimits;
}

/** Starts a thread. A single-file executable has no files beside it: it carries the program in itself. */
export function startThread({ asset, source }: ThreadProgram, given: ThreadOptions = {}): Worker {
  const options = { ...given, execArgv: [] };
  return isSea() ? new Worker(getAsset(asset, 'utf8'), { ...options, eval: true }) : new Worker(source, options);
}
