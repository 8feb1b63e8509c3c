import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { memoryLimitMebibytes } from '../bundle/container.ts';
import { contentOf } from '../bundle/mixed-content.ts';
import { missingPeer, peerPath } from '../bundle/peer-path.ts';
import { type ProgramRun, runProgram } from '../bundle/run-program.ts';
import { writeRelease } from '../bundle/sample-release.ts';
import { Workplace } from '../bundle/workplace.ts';
import { type Row, row } from '../row.ts';

const mebibyte = 2 ** 20;
const bundleBytes = 512 * mebibyte;
/** What a server gives each connection where it limits them, in bytes a second. */
const limitedTo = 25e6;
const script = fileURLToPath(new URL('file-server.ts', import.meta.url));

/**
 * Downloads a published bundle from a server on this machine, whole and verified, beside curl, which verifies nothing: where the disk and the line are the limit, and
 * where the server limits each connection, as many do.
 */
export async function downloadRows(note: (text: string) => void): Promise<readonly Row[]> {
  if (missingPeer(note, 'curl')) return [];
  const place = new Workplace();
  try {
    const { folder, name } = await publishedBundle(place);
    const rows: Row[] = [];
    for (const [what, limit] of [
      ['a server without a limit', 0],
      ['a server that gives each connection 25 MB/s', limitedTo],
    ] as const) {
      const { url, stop } = await serve(folder, limit);
      try {
        const ours = await oursFrom(place, url, name);
        const curl = await curlFrom(place, url, name);
        rows.push(seconds(`download of 512 MiB, verified, from ${what}`, ours, curl));
        if (limit === 0) {
          const { idleBytes } = await place.installed();
          const grown = (ours.peakBytes - idleBytes) / mebibyte;
          rows.push(row('download of 512 MiB: memory over idle', 'MiB', grown, memoryLimitMebibytes, 'limit'));
        }
      } finally {
        await stop();
      }
    }
    return rows;
  } finally {
    place.remove();
  }
}

function seconds(name: string, ours: ProgramRun, curl: ProgramRun): Row {
  return row(name, 's', ours.milliseconds / 1000, curl.milliseconds / 1000, 'curl, which verifies nothing');
}

async function publishedBundle(place: Workplace): Promise<{ readonly folder: string; readonly name: string }> {
  const { path, env, secretKey } = await place.installed();
  const [release, folder] = [join(place.folder, 'release'), join(place.folder, 'published')];
  for (const made of [release, folder]) mkdirSync(made);
  const layers = Array.from({ length: 8 }, (_, index) => () => contentOf('random', `layer ${index}`, bundleBytes / 8));
  const file = await writeRelease(release, '2.0.0', [{ name: 'docker.io/bench/large:1', layers }]);
  const name = 'airgap-v2.0.0.bin';
  await runProgram(path, ['bundle', 'create', '-f', file, '-o', join(folder, name), '--key', secretKey], { env });
  await runProgram(path, ['releases', 'publish', folder, '--key', secretKey], { env });
  return { folder, name };
}

async function serve(folder: string, limit: number) {
  const child = spawn(process.execPath, [script, folder, String(limit)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  const lines = createInterface(child.stdout);
  const [port] = (await once(lines, 'line')) as [string];
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}

async function oursFrom(place: Workplace, url: string, name: string): Promise<ProgramRun> {
  const { path, env } = await place.installed();
  const to = join(place.folder, 'ours.bin');
  try {
    return await runProgram(path, ['download', `${url}/${name}`, '-o', to, '--quiet'], { env });
  } finally {
    rmSync(to, { force: true });
  }
}

async function curlFrom(place: Workplace, url: string, name: string): Promise<ProgramRun> {
  const to = join(place.folder, 'curl.bin');
  try {
    return await runProgram(peerPath('curl'), ['-sSf', '-o', to, `${url}/${name}`]);
  } finally {
    rmSync(to, { force: true });
  }
}
