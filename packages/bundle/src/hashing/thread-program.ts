import { getAsset, isSea } from 'node:sea';
import { Worker, type WorkerOptions } from 'node:worker_threads';

/** A thread of this package: the name under which the single-file executable carries its program, and the file it is made of. */
export interface ThreadProgram {
  readonly asset: string;
  readonly source: URL;
}

/** A thread that holds one buffer and little else. */
const resourceLimits = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 2, codeRangeSizeMb: 8 };

/** Starts a thread. A single-file executable has no files beside it: it carries the program in itself. */
export function startThread({ asset, source }: ThreadProgram, workerData: WorkerOptions['workerData']): Worker {
  const options = { workerData, resourceLimits, execArgv: [] };
  return isSea() ? new Worker(getAsset(asset, 'utf8'), { ...options, eval: true }) : new Worker(source, options);
}
