import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Row, row } from '../row.ts';
import { contentKinds, contentOf } from './mixed-content.ts';
import { type ProgramRun, runProgram } from './run-program.ts';
import { writeRelease } from './sample-release.ts';
import { missingPeer, peerPath } from './peer-path.ts';
import type { Workplace } from './workplace.ts';

type Note = (text: string) => void;

const mebibyte = 2 ** 20;
const layerBytes = 32 * mebibyte;
/** More than this over idle is too much, whatever the size of a bundle. */
export const memoryLimitMebibytes = 64;

/** A file made and how it was made. */
interface Made {
  readonly path: string;
  readonly run: ProgramRun;
  /** What it then took until all of it was on the disk. */
  readonly syncMilliseconds: number;
}

/** 2 GiB: text, random, compressed and empty layers of 32 MiB in turn, in 16 images. */
async function mixedRelease(place: Workplace): Promise<string> {
  return await place.once('mixed', async (folder) => await mixed(folder, 16));
}

async function mixed(folder: string, imageCount: number): Promise<string> {
  const images = Array.from({ length: imageCount }, (_, image) => ({
    name: `docker.io/bench/image-${image}:1`,
    layers: contentKinds.map((kind) => () => contentOf(kind, `image ${image}`, layerBytes - image * 4096)),
  }));
  await writeRelease(folder, '1.0.0', images);
  return folder;
}

async function oursOf(place: Workplace): Promise<Made> {
  const release = await mixedRelease(place);
  return await place.once('ours', async (folder) => await create(place, release, join(folder, 'bench.bin')));
}

async function makeselfOf(place: Workplace): Promise<Made> {
  const release = await mixedRelease(place);
  return await place.once(
    'makeself',
    async (folder) => await makeself(release, join(folder, 'bench.run'), ['--zstd', '--complevel', '3']),
  );
}

async function create(place: Workplace, release: string, output: string): Promise<Made> {
  const { path, env, secretKey } = await place.installed();
  const create = ['bundle', 'create', '-f', join(release, 'release.yaml'), '-o', output, '--key', secretKey, '--quiet'];
  settle();
  return await made(output, await runProgram(path, create, { env }));
}

async function makeself(release: string, output: string, compression: readonly string[]): Promise<Made> {
  settle();
  const options = [...compression, '--nomd5', '--nocrc', '--sha256', '--quiet', '--tar-quietly'];
  return await made(output, await runProgram(peerPath('makeself'), [...options, release, output, 'bench', 'true']));
}

async function made(path: string, run: ProgramRun): Promise<Made> {
  return { path, run, syncMilliseconds: (await runProgram('sync', [path])).milliseconds };
}

/** Lets what was written before reach the disk, so that it does not slow down what is measured next. */
export function settle(): void {
  spawnSync('sync');
}

/** Makes the 2 GiB bundle beside an archive of the same files, compressed as the fastest usual way is. */
export async function createRows(place: Workplace, note: Note): Promise<readonly Row[]> {
  if (missingPeer(note, 'makeself', 'zstd')) return [];
  const ours = await oursOf(place);
  const peer = await makeselfOf(place);
  const mib = (path: string): number => Math.round(statSync(path).size / mebibyte);
  note(
    `ours is ${mib(ours.path)} MiB: stored, with the executable, signed, on the disk (fsync); makeself’s is ${mib(peer.path)} MiB: compressed, one SHA-256, perhaps still in the page cache`,
  );
  return [
    time('create 2 GiB', ours.run, peer.run, 'makeself zstd -3'),
    time('create 2 GiB', untilOnDisk(ours), untilOnDisk(peer), 'makeself zstd -3, and sync'),
    ...(await memory('create 2 GiB', place, ours.run, peer.run, 'makeself zstd -3')),
  ];
}

function untilOnDisk({ run, syncMilliseconds }: Made): ProgramRun {
  return { ...run, milliseconds: run.milliseconds + syncMilliseconds };
}

/** A quarter of it beside makeself's usual compression, which takes minutes for the whole. */
export async function gzipRows(place: Workplace, note: Note): Promise<readonly Row[]> {
  if (missingPeer(note, 'makeself')) return [];
  return await place.once('quarter', async (folder) => {
    const release = join(folder, 'release');
    mkdirSync(release);
    await mixed(release, 4);
    const ours = await create(place, release, join(folder, 'bench.bin'));
    const peer = await makeself(release, join(folder, 'bench.run'), ['--gzip']);
    rmSync(folder, { recursive: true });
    return [time('create 512 MiB', ours.run, peer.run, 'makeself gzip -9')];
  });
}

/** Checks everything: ours the signature and every byte, makeself one SHA-256 over its smaller archive. */
export async function checkRows(place: Workplace, note: Note): Promise<readonly Row[]> {
  if (missingPeer(note, 'makeself', 'zstd')) return [];
  const ours = await oursOf(place);
  const peer = await makeselfOf(place);
  const { path, env } = await place.installed();
  settle();
  const verified = await runProgram(path, ['bundle', 'verify', ours.path], { env });
  const run = await runProgram('sh', [ours.path, '--check'], { env });
  const checked = await runProgram('sh', [peer.path, '--check', '--quiet']);
  return [
    time('check 2 GiB by an installed sealift', verified, checked, 'makeself --check, SHA-256'),
    time('check 2 GiB by running it', run, checked, 'makeself --check, SHA-256'),
    ...(await memory('check 2 GiB', place, verified, checked, 'makeself --check')),
  ];
}

/** Lists what is inside. */
export async function listRows(place: Workplace, note: Note): Promise<readonly Row[]> {
  if (missingPeer(note, 'makeself', 'zstd')) return [];
  const ours = await oursOf(place);
  const peer = await makeselfOf(place);
  const { path, env } = await place.installed();
  const listed = await runProgram(path, ['bundle', 'list', ours.path], { env });
  const run = await runProgram('sh', [ours.path, '--list'], { env });
  const theirs = await runProgram('sh', [peer.path, '--list']);
  return [
    time('list 2 GiB by an installed sealift', listed, theirs, 'makeself --list'),
    time('list 2 GiB by running it', run, theirs, 'makeself --list'),
  ];
}

/** Checks and unpacks. */
export async function unpackRows(place: Workplace, note: Note): Promise<readonly Row[]> {
  if (missingPeer(note, 'makeself', 'zstd')) return [];
  const ours = await oursOf(place);
  const peer = await makeselfOf(place);
  const { path, env } = await place.installed();
  return await place.once('unpacked', async (folder) => {
    settle();
    const extract = ['bundle', 'extract', ours.path, join(folder, 'ours'), '--quiet'];
    const unpacked = await runProgram(path, extract, { env });
    rmSync(join(folder, 'ours'), { recursive: true });
    settle();
    const theirs = await runProgram('sh', [peer.path, '--noexec', '--quiet', '--target', join(folder, 'peer')]);
    rmSync(folder, { recursive: true });
    return [
      time('check and unpack 2 GiB', unpacked, theirs, 'makeself'),
      ...(await memory('check and unpack 2 GiB', place, unpacked, theirs, 'makeself')),
    ];
  });
}

export function time(name: string, ours: ProgramRun, peer: ProgramRun, peerName: string): Row {
  return row(`${name}: time`, 's', ours.milliseconds / 1000, peer.milliseconds / 1000, peerName);
}

/** The whole of it beside the peer's, and what it grew by beside the limit. */
async function memory(
  name: string,
  place: Workplace,
  ours: ProgramRun,
  peer: ProgramRun,
  peerName: string,
): Promise<readonly Row[]> {
  const { idleBytes } = await place.installed();
  const grownBytes = Math.max(0, ours.peakBytes - idleBytes);
  return [
    row(`${name}: peak memory`, 'MiB', ours.peakBytes / mebibyte, peer.peakBytes / mebibyte, peerName),
    row(`${name}: memory over idle`, 'MiB', grownBytes / mebibyte, memoryLimitMebibytes, 'limit'),
  ];
}
