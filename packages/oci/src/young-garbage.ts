import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** How much content may pass, or be held, before what it was read into is looked for. */
const intervalBytes = 4 * 1024 * 1024;

type Kind = 'minor' | 'major';

const countedBytes = { minor: 0, major: 0 };
let collect: ((options: { readonly type: Kind }) => void) | undefined;

/**
 * Counts content that was read into buffers of its own, and has V8 free those that nobody uses any more every few mebibytes.
 * V8 by itself waits until 64 MiB of them have come together, as what it sees of a buffer is a small object. A collection of young objects
 * alone takes less than a millisecond.
 */
export function countPassed(bytes: number): void {
  count('minor', bytes);
}

/**
 * Counts what was made by one of the compressors of Node.js in one call: each holds its result until V8 looks through its whole heap, which
 * takes some 20 ms.
 */
export function countHeld(bytes: number): void {
  count('major', bytes);
}

function count(type: Kind, bytes: number): void {
  countedBytes[type] += bytes;
  if (countedBytes[type] < intervalBytes) return;
  countedBytes[type] = 0;
  collect ??= collection();
  collect({ type });
}

function collection(): (options: { readonly type: Kind }) => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as (options: { readonly type: Kind }) => void;
}
