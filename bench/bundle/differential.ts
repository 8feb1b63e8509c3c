import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { peer } from '../../packages/testkit/src/peers.ts';
import type { Row } from '../row.ts';
import { changedGrainBytes, changeKinds, makeBase, makeTarget } from './disks.ts';
import { peakOf } from './peak-memory.ts';

const script = fileURLToPath(new URL('measure-differential.ts', import.meta.url));
const mebibyte = 2 ** 20;

/** What one run took. */
interface Run {
  readonly milliseconds: number;
  readonly bytes: number;
  /** Memory over idle. */
  readonly grownBytes: number;
}

/**
 * The differential of an OVA of which 3% changed, in size, time and memory beside `zstd --patch-from`, and in size beside what
 * is demanded of it: 8% of the OVA, 1.2 times the grains that changed.
 */
export async function differentialRows(): Promise<readonly Row[]> {
  const qemuImg = peer('qemu-img');
  if (qemuImg.missing) throw new Error(qemuImg.remedy);
  const folder = mkdtempSync(join(tmpdir(), 'sealift-bench-'));
  try {
    const base = await makeBase(qemuImg.path, folder);
    const rows: Row[] = [];
    for (const kind of changeKinds) {
      const target = await makeTarget(qemuImg.path, folder, kind);
      const ours = await differential(base, target, join(folder, 'delta'));
      const zstd = await zstdPatch(base, target, join(folder, 'patch.zst'));
      const ovaBytes = statSync(target).size;
      const grainBytes = changedGrainBytes({ base, target });
      const name = `differential of a ${Math.round(ovaBytes / mebibyte)} MiB OVA, 3% changed ${kind}`;
      rows.push(
        row(`${name}: size`, 'MiB', ours.bytes / mebibyte, zstd.bytes / mebibyte, 'zstd --patch-from'),
        row(`${name}: size`, 'MiB', ours.bytes / mebibyte, (ovaBytes * 0.08) / mebibyte, '8% of the OVA'),
        row(`${name}: size`, 'MiB', ours.bytes / mebibyte, grainBytes / mebibyte, 'changed grains'),
        row(`${name}: time`, 's', ours.milliseconds / 1000, zstd.milliseconds / 1000, 'zstd --patch-from'),
        row(
          `${name}: memory`,
          'MiB over idle',
          ours.grownBytes / mebibyte,
          zstd.grownBytes / mebibyte,
          'zstd --patch-from',
        ),
      );
    }
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function differential(base: string, target: string, output: string): Promise<Run> {
  const { stdout } = await run(process.execPath, [script, base, target, output]);
  return JSON.parse(stdout) as Run;
}

async function zstdPatch(base: string, target: string, output: string): Promise<Run> {
  const { milliseconds, peakBytes } = await run('zstd', [
    '-q',
    '-f',
    '-3',
    `--patch-from=${base}`,
    target,
    '-o',
    output,
  ]);
  return { milliseconds, grownBytes: peakBytes, bytes: statSync(output).size };
}

/** Runs a program and watches how much memory it takes. */
async function run(program: string, args: readonly string[]) {
  const began = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  let peakBytes = 0;
  const watch = setInterval(() => {
    if (child.pid !== undefined) peakBytes = Math.max(peakBytes, peakOf(child.pid));
  }, 20);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString('utf8');
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8');
  });
  try {
    if ((await ended) !== 0) throw new Error(`${program} failed: ${stderr}`);
  } finally {
    clearInterval(watch);
  }
  return { stdout, peakBytes, milliseconds: performance.now() - began };
}

function row(name: string, unit: string, ours: number, other: number, peerName: string): Row {
  const rounded = (value: number): number => Math.round(value * 100) / 100;
  return { name, unit, ours: rounded(ours), peer: rounded(other), peerName, ratio: rounded(ours / other) };
}
