import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSecretKey, type SecretKey } from '../../packages/bundle/src/minisign/keys.ts';
import { peerPath, missingPeer } from '../bundle/peer-path.ts';
import { runProgram } from '../bundle/run-program.ts';
import { BenchConsole } from '../console/running-console.ts';
import { customisedValues, sampleLayers, versions } from '../console/sample-releases.ts';
import { percentile } from '../percentile.ts';
import { type Row, row } from '../row.ts';
import { type PackPlaces, writePacks } from './many-packs.ts';
import { readMeanwhile } from './readers.ts';

const count = 10_000;
const limits = { firstS: 10, secondS: 1, readMs: 5, p99Ms: 100, memoryMiB: 64 };
const reads = 51;
/** So many people read during a sync of a family of packs that nobody has seen. */
const readersOf = { second: 100, third: 200 };
const pages = ['/summary', '/profile'];

/**
 * A console that runs a release of 60 layers, and syncs 10,000 packs that were released by themselves: the first time, again, and others while
 * people read. Beside the limits stands curl, which fetches the same from the same registry and checks nothing.
 */
export async function syncRows(note: (text: string) => void): Promise<Row[]> {
  const console = new BenchConsole();
  try {
    note('making a console with a release of 60 layers');
    await console.start();
    const [version] = versions;
    await console.install(version);
    const values = sampleLayers.map(({ layer, pack }, index) => ({ layer, pack, values: customisedValues(index) }));
    await console.call('POST', '/platform/adopt', { version, values });
    const key = parseSecretKey(readFileSync(join(console.folder, 'vendor.key'), 'utf8'));
    const packs = await addPacks(console, 'first', key);
    const idleBytes = console.residentBytes;
    console.forgetPeak();
    const first = await sync(console, note);
    const peakBytes = console.peakBytes;
    const second = await sync(console, note);
    const fetched = await byCurl(console, packs, note);
    const rows = [
      row(`first sync of ${count.toLocaleString('en')} packs`, 's', first.seconds, limits.firstS, 'limit'),
      row('second sync', 's', second.seconds, limits.secondS, 'limit'),
      ...(fetched === undefined
        ? []
        : [
            row('the first beside fetching the same', 's', first.seconds, fetched.content, 'curl, 16 at a time'),
            row('the second beside asking for each tag', 's', second.seconds, fetched.tags, 'curl, 16 at a time'),
          ]),
      row('processor of the first sync', 's', first.cpuSeconds, limits.firstS, 'limit of its time'),
      row('memory of the first sync over idle', 'MiB', (peakBytes - idleBytes) / 2 ** 20, limits.memoryMiB, 'limit'),
    ];
    for (const page of pages) {
      rows.push(row(`read of ${page.slice(1)}`, 'ms', await median(() => console.drain(page)), limits.readMs, 'limit'));
    }
    for (const [family, readers] of Object.entries(readersOf)) {
      await addPacks(console, family, key);
      await firstReads(console, note);
      const times = await readMeanwhile(console, { readers, paths: pages }, () => sync(console, note));
      note(`${times.length} reads, the longest ${Math.round(Math.max(...times))} ms`);
      rows.push(row(`p99 of ${readers} readers`, 'ms', percentile(times, 0.99), limits.p99Ms, 'limit'));
    }
    return rows;
  } finally {
    await console.stop();
  }
}

async function addPacks(console: BenchConsole, family: string, key: SecretKey): Promise<PackPlaces[]> {
  let packs: PackPlaces[] = [];
  await console.whileStopped(async () => {
    packs = await writePacks(join(console.folder, 'data/registry'), { count, family, key });
  });
  return packs;
}

interface SyncView {
  readonly sync: { readonly state: string; readonly message: string };
}

/** Syncs, and asks every 50 ms whether it is over. */
async function sync(console: BenchConsole, note: (text: string) => void) {
  const began = performance.now();
  const cpu = console.cpuSeconds;
  await console.call('POST', '/registries/spectro-packs/sync');
  for (;;) {
    const { sync: now } = (await console.call('GET', '/registries/spectro-packs')) as SyncView;
    if (now.state === 'running') {
      await new Promise((resolve) => setTimeout(resolve, 50));
      continue;
    }
    const seconds = (performance.now() - began) / 1000;
    const cpuSeconds = console.cpuSeconds - cpu;
    note(`${now.state} in ${seconds.toFixed(2)} s, processor ${cpuSeconds.toFixed(2)} s: ${now.message}`);
    if (now.state !== 'succeeded') throw new Error(now.message);
    return { seconds, cpuSeconds };
  }
}

/** How long curl takes to fetch all content of the packs, and to ask for each tag, in seconds; undefined where it is missing. */
async function byCurl(console: BenchConsole, packs: readonly PackPlaces[], note: (text: string) => void) {
  if (missingPeer(note, 'curl')) return undefined;
  const run = async (paths: readonly string[], ...options: string[]): Promise<number> => {
    const list = join(console.folder, 'urls');
    writeFileSync(list, paths.map((path) => `url = "${console.url}/v2/${path}"\noutput = "/dev/null"\n`).join(''));
    const login = `user = "bench:${console.token}"\n`;
    writeFileSync(join(console.folder, 'login'), login, { mode: 0o600 });
    const config = ['-K', join(console.folder, 'login'), '-K', list];
    const began = performance.now();
    await runProgram(peerPath('curl'), ['-sS', '--fail', '--parallel', '--parallel-max', '16', ...options, ...config]);
    return (performance.now() - began) / 1000;
  };
  const tags = await run(
    packs.map(({ tag }) => tag),
    '--head',
  );
  return { tags, content: await run(packs.flatMap(({ content }) => content)) };
}

/** The first look at each page after a start, which fills what later ones find ready; told, and not counted among those of the readers. */
async function firstReads(console: BenchConsole, note: (text: string) => void): Promise<void> {
  for (const page of pages) {
    const milliseconds = await timeOf(() => console.drain(page));
    note(`first read of ${page.slice(1)} after a start: ${Math.round(milliseconds)} ms`);
  }
}

async function median(read: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let turn = 0; turn < reads; turn += 1) times.push(await timeOf(read));
  return percentile(times, 0.5);
}

/** In milliseconds. */
async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
