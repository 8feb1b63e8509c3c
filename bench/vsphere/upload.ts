import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { peer } from '../../packages/testkit/src/peers.ts';
import { startVCenter, type VCenter } from '../../packages/testkit/src/vcenter.ts';
import { memoryLimitMebibytes } from '../bundle/container.ts';
import { missingPeer, peerPath } from '../bundle/peer-path.ts';
import { runProgram } from '../bundle/run-program.ts';
import type { Workplace } from '../bundle/workplace.ts';
import { type Row, row } from '../row.ts';
import { type LargeImage, makeLargeImage } from './large-image.ts';
import { withLease } from './lease.ts';

type Note = (text: string) => void;

const mebibyte = 2 ** 20;
/** In turn, so that what else runs on the machine hits both. */
const rounds = 5;

interface Upload {
  readonly milliseconds: number;
  readonly grownBytes: number;
}

/** Sends an image of this size: ours through a lease, all digests checked; curl its disk to the same place. The best of several runs each. */
export async function uploadRows(place: Workplace, mebibytes: number, note: Note): Promise<readonly Row[]> {
  if (missingPeer(note, 'vcenter-simulator', 'curl')) return [];
  const image = await place.once(`image-${mebibytes}`, (folder) => makeLargeImage(folder, mebibytes));
  const script = await place.once('measure-upload', bundled);
  const ours: Upload[] = [];
  const curl: number[] = [];
  const vcenter = await startVCenter(peer('vcenter-simulator'));
  try {
    for (let round = 0; round < rounds; round += 1) {
      ours.push(await oursUpload(vcenter, script, image));
      curl.push(await curlUpload(vcenter, image));
    }
  } finally {
    await vcenter.stop();
  }
  note(`ours ${ours.map(({ milliseconds }) => seconds(milliseconds)).join(', ')} s`);
  note(`curl ${curl.map(seconds).join(', ')} s`);
  const best = Math.min(...ours.map(({ milliseconds }) => milliseconds));
  const grown = Math.max(...ours.map(({ grownBytes }) => grownBytes));
  const name = `upload ${mebibytes} MiB`;
  return [
    row(name, 's', best / 1000, Math.min(...curl) / 1000, 'curl -T'),
    row(`${name}: memory over idle`, 'MiB', grown / mebibyte, memoryLimitMebibytes, 'limit'),
  ];
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(2);
}

/** As the script of an executable is made, so that it does not have to be stripped of types first. */
async function bundled(folder: string): Promise<string> {
  const outfile = join(folder, 'measure-upload.cjs');
  const entryPoints = [fileURLToPath(new URL('measure-upload.ts', import.meta.url))];
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'cjs', target: 'node24' });
  return outfile;
}

async function oursUpload(vcenter: VCenter, script: string, { ova }: LargeImage): Promise<Upload> {
  const env = { VCENTER_LOGIN: JSON.stringify(vcenter) };
  const { stdout } = await runProgram(process.execPath, [script, ova], { env });
  return JSON.parse(stdout) as Upload;
}

async function curlUpload(vcenter: VCenter, { ova, disk }: LargeImage): Promise<number> {
  return await withLease(vcenter, ova, async ({ ready }) => {
    const url = ready.deviceUrls[0]?.url ?? '';
    const args = ['-sSf', '--cacert', vcenter.caFile, '-T', disk, url];
    return (await runProgram(peerPath('curl'), args)).milliseconds;
  });
}
