import { fileURLToPath } from 'node:url';
import { nodeFlags } from '../../packages/cli/src/executable/node-flags.ts';
import { runProgram } from '../bundle/run-program.ts';
import type { MeasuredUpgrades } from './measure-upgrade.ts';
import type { MeasuredPlace } from './measured-place.ts';

const measuring = fileURLToPath(new URL('measure-upgrade.ts', import.meta.url));
const node = fileURLToPath(new URL('../../node_modules/.bin/node', import.meta.url));
const mebibyte = 2 ** 20;

/** Runs upgrades one after another in a process of their own, with the flags that `sealift` itself has, and notes each. */
export async function measureUpgrades(place: MeasuredPlace, note: (text: string) => void): Promise<MeasuredUpgrades> {
  const { stdout } = await runProgram(node, [...nodeFlags, measuring, JSON.stringify(place)]);
  const measured = JSON.parse(stdout) as MeasuredUpgrades;
  for (const { wallMs, busyMs, cpuMs, peakBytes } of measured.upgrades) {
    const times = `${Math.round(wallMs)} ms, busy ${Math.round(busyMs)} ms, CPU ${Math.round(cpuMs)} ms`;
    note(`${times}, ${over(peakBytes, measured.idleBytes).toFixed(1)} MiB over idle`);
  }
  return measured;
}

/** How many MiB more, none where there are less. */
export function over(bytes: number, less: number): number {
  return Math.max(0, bytes - less) / mebibyte;
}
