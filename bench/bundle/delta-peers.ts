import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { PeerName } from '../../packages/testkit/src/peers.ts';
import { peerPath } from './peer-path.ts';
import { runProgram } from './run-program.ts';

/** What making a difference took. */
export interface Delta {
  readonly milliseconds: number;
  readonly bytes: number;
  readonly peakBytes: number;
}

/** A program that sends a file to someone who has another one. */
export interface DeltaPeer {
  readonly name: string;
  readonly program: PeerName;
  /** @param folder for its output; emptied afterwards */
  readonly make: (base: string, target: string, folder: string) => Promise<Delta>;
}

/** The programs that one would use instead, at their usual levels, with windows that hold the whole base. */
export const deltaPeers: readonly DeltaPeer[] = [
  { name: 'zstd --patch-from', program: 'zstd', make: zstd },
  { name: 'xdelta3', program: 'xdelta3', make: xdelta },
  { name: 'casync', program: 'casync', make: casync },
];

async function zstd(base: string, target: string, folder: string): Promise<Delta> {
  const output = join(folder, 'patch.zst');
  const args = ['-q', '-f', '-3', '--long=31', `--patch-from=${base}`, target, '-o', output];
  const { milliseconds, peakBytes } = await runProgram(peerPath('zstd'), args);
  return { milliseconds, peakBytes, bytes: sizeOf(output) };
}

async function xdelta(base: string, target: string, folder: string): Promise<Delta> {
  const output = join(folder, 'patch.xdelta');
  const window = String(2 ** Math.min(31, Math.ceil(Math.log2(sizeOf(base)))));
  const args = ['-e', '-f', '-B', window, '-s', base, target, output];
  const { milliseconds, peakBytes } = await runProgram(peerPath('xdelta3'), args);
  return { milliseconds, peakBytes, bytes: sizeOf(output) };
}

/** Counts the chunks that the base's store does not have, and the index. */
async function casync(base: string, target: string, folder: string): Promise<Delta> {
  const store = join(folder, 'store');
  mkdirSync(store);
  const make = (name: string, file: string) =>
    runProgram(peerPath('casync'), ['make', `--store=${store}`, join(folder, name), file]);
  await make('base.caibx', base);
  const before = sizeOfAll(store);
  const { milliseconds, peakBytes } = await make('target.caibx', target);
  return { milliseconds, peakBytes, bytes: sizeOfAll(store) - before + sizeOf(join(folder, 'target.caibx')) };
}

/** Runs a peer in a folder of its own. */
export async function runDeltaPeer(peer: DeltaPeer, base: string, target: string, place: string): Promise<Delta> {
  const folder = join(place, 'peer');
  mkdirSync(folder);
  try {
    return await peer.make(base, target, folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function sizeOf(path: string): number {
  return statSync(path).size;
}

function sizeOfAll(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((total, entry) => total + sizeOf(join(entry.parentPath, entry.name)), 0);
}
