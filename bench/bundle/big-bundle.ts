import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseSecretKey } from '../../packages/bundle/src/minisign/index.ts';
import { makeSparseBundle } from '../../packages/bundle/src/testing/sparse-bundle.ts';
import { type Row, row } from '../row.ts';
import { memoryLimitMebibytes } from './container.ts';
import { type ProgramRun, runProgram } from './run-program.ts';
import type { Workplace } from './workplace.ts';

type Note = (text: string) => void;

const gibibyte = 2 ** 30;
const mebibyte = 2 ** 20;
const listings = 9;
const listLimitSeconds = 0.2;

/** Lists a bundle of 100 GiB in 500 blobs, whose content takes no room on the disk. */
export async function bigListRows(place: Workplace, note: Note): Promise<readonly Row[]> {
  return await place.once('big-list', async (folder) => {
    const path = await sparse(place, folder, { memberSizes: sizes(500, 100 * gibibyte), checkable: false });
    const { path: sealift, env } = await place.installed();
    const runs: ProgramRun[] = [];
    for (let time = 0; time < listings; time += 1)
      runs.push(await runProgram(sealift, ['bundle', 'list', path], { env }));
    const seconds = runs.map(({ milliseconds }) => milliseconds / 1000).sort((a, b) => a - b);
    note(`${listings} times, the median; ${seconds.map((value) => value.toFixed(2)).join(', ')} s`);
    const median = seconds[Math.floor(listings / 2)] ?? Number.NaN;
    return [
      row('list 100 GiB by an installed sealift: time', 's', median, listLimitSeconds, 'limit'),
      await growth('list 100 GiB', place, runs),
    ];
  });
}

/** Checks every byte of a bundle of 12 GiB with a blob of 9 GiB. */
export async function bigCheckRows(place: Workplace): Promise<readonly Row[]> {
  return await place.once('big-check', async (folder) => {
    const memberSizes = [9 * gibibyte, ...sizes(24, 3 * gibibyte)];
    const path = await sparse(place, folder, { memberSizes, checkable: true });
    const { path: sealift, env } = await place.installed();
    const ours = await runProgram(sealift, ['bundle', 'verify', path], { env });
    const theirs = await runProgram('sha256sum', [path]);
    rmSync(path);
    return [
      row(
        'check 12 GiB with a blob of 9 GiB: time',
        's',
        ours.milliseconds / 1000,
        theirs.milliseconds / 1000,
        'sha256sum',
      ),
      await growth('check 12 GiB', place, [ours]),
    ];
  });
}

/** So many sizes, no two the same. */
function sizes(count: number, totalBytes: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => Math.floor(totalBytes / count) + index);
}

async function sparse(
  place: Workplace,
  folder: string,
  options: { readonly memberSizes: readonly number[]; readonly checkable: boolean },
): Promise<string> {
  const secretKey = parseSecretKey(readFileSync((await place.installed()).secretKey, 'utf8'));
  const path = join(folder, 'sparse.bin');
  await makeSparseBundle({ ...options, path, secretKey });
  return path;
}

async function growth(name: string, place: Workplace, runs: readonly ProgramRun[]): Promise<Row> {
  const { idleBytes } = await place.installed();
  const peakBytes = Math.max(...runs.map((run) => run.peakBytes));
  const grown = Math.max(0, peakBytes - idleBytes) / mebibyte;
  return row(`${name}: memory over idle`, 'MiB', grown, memoryLimitMebibytes, 'limit');
}
