import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** How much content may pass before what it was read into is looked for. */
const intervalBytes = 8 * 1024 * 1024;

let passedBytes = 0;
let collect: (() => void) | undefined;

/**
 * Counts content that was read into buffers of its own, and has V8 free those that nobody uses any more every few mebibytes.
 * V8 by itself waits until 64 MiB of them have come together, as what it sees of a buffer is a small object.
 */
export function countPassed(bytes: number): void {
  passedBytes += bytes;
  if (passedBytes < intervalBytes) return;
  passedBytes = 0;
  collect ??= minorCollection();
  collect();
}

/** A collection of young objects alone takes less than a millisecond. */
function minorCollection(): () => void {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as (options: { readonly type: 'minor' }) => void;
  return () => gc({ type: 'minor' });
}
