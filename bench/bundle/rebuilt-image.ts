import { createReadStream, statSync } from 'node:fs';
import { segmentsOf } from '../../packages/bundle/src/differential/segments.ts';
import { type Row, row } from '../row.ts';
import { memoryLimitMebibytes } from './container.ts';
import { runDeltaPeer } from './delta-peers.ts';
import { presentDeltaPeers } from './differential.ts';
import { makeDifferential } from './make-differential.ts';
import { missingPeer } from './peer-path.ts';
import { rebuild } from './rebuild.ts';
import { memoryOfRebuilding } from './rebuilt-memory.ts';
import { makeSystemPair } from './system-disks.ts';
import type { Workplace } from './workplace.ts';

const mebibyte = 2 ** 20;
const cores = 2;
/** What is demanded of rebuilding, on two cores. */
const diskBytesPerSecond = 60e6;

/**
 * The differential of a node image that was made anew of files of which 5% changed, in size, time and memory beside the programs that
 * make differences and what is demanded: 5% of the OVA, and rebuilt at 60 MB of disk a second.
 */
export async function rebuiltImageRows(place: Workplace, note: (text: string) => void): Promise<readonly Row[]> {
  if (missingPeer(note, 'qemu-img', 'mkfs.ext4')) return [];
  const peers = presentDeltaPeers(note);
  return await place.once('rebuilt-image', async (folder) => {
    const { base, target } = await makeSystemPair(folder);
    const ovaBytes = statSync(target).size;
    const diskBytes = await grainBytesOf(target);
    const name = 'differential of a rebuilt node image';
    note(
      `the OVA has ${Math.round(ovaBytes / mebibyte)} MiB, its disk ${Math.round(diskBytes / mebibyte)} MiB of grains`,
    );
    const ours = await makeDifferential(folder, base, target);
    const rebuilt = await rebuild(folder, base, target);
    const grown = await memoryOfRebuilding(place, folder, { base, target });
    const limit = diskBytes / diskBytesPerSecond;
    const memory = (what: string, bytes: number): Row =>
      row(`${name}: memory over idle${what}`, 'MiB', bytes / mebibyte, memoryLimitMebibytes, 'limit');
    const size = (bytes: number, which: string): Row =>
      row(`${name}: size`, 'MiB', ours.bytes / mebibyte, bytes / mebibyte, which);
    const rows = [
      size(ovaBytes * 0.05, '5% of the OVA'),
      memory('', grown.made),
      memory(' to rebuild it', grown.rebuilt),
      row(`${name}: time to rebuild it`, 's', rebuilt.milliseconds / 1000, limit, '60 MB of disk a second'),
      row(
        `${name}: processor time to rebuild it`,
        's',
        rebuilt.cpuMilliseconds / 1000,
        limit * cores,
        'both cores, at that',
      ),
    ];
    for (const peer of peers) {
      const theirs = await runDeltaPeer(peer, base, target, folder);
      rows.push(
        size(theirs.bytes, peer.name),
        row(`${name}: time`, 's', ours.milliseconds / 1000, theirs.milliseconds / 1000, peer.name),
        row(`${name}: memory`, 'MiB', grown.made / mebibyte, theirs.peakBytes / mebibyte, peer.name),
      );
    }
    return rows;
  });
}

/** What the disk of an OVA holds, without the grains that it leaves out. */
async function grainBytesOf(ova: string): Promise<number> {
  let bytes = 0;
  for await (const { grain } of segmentsOf(createReadStream(ova), statSync(ova).size)) bytes += grain?.grainBytes ?? 0;
  return bytes;
}
