import { statSync } from 'node:fs';
import { type Row, row } from '../row.ts';
import { memoryLimitMebibytes } from './container.ts';
import { type DeltaPeer, deltaPeers, runDeltaPeer } from './delta-peers.ts';
import { makeDifferential } from './make-differential.ts';
import { changedGrainBytes, changeKinds, makeBase, makeTarget } from './disks.ts';
import { missingPeer, peerPath } from './peer-path.ts';
import { rebuild, rebuildMemoryRow } from './rebuild.ts';
import type { Workplace } from './workplace.ts';

type Note = (text: string) => void;

const mebibyte = 2 ** 20;

/** The peers that are here; says which are not. */
export function presentDeltaPeers(note: Note): readonly DeltaPeer[] {
  return deltaPeers.filter(({ program }) => !missingPeer(note, program));
}

/**
 * The differential of an OVA of which 3% changed, in size, time and memory beside the programs that make differences, and in
 * size beside what is demanded of it: 8% of the OVA where the changes are mixed, 1.2 times the grains that changed.
 */
export async function differentialRows(place: Workplace, note: Note): Promise<readonly Row[]> {
  if (missingPeer(note, 'qemu-img')) return [];
  const peers = presentDeltaPeers(note);
  return await place.once('disks', async (folder) => {
    const base = await makeBase(peerPath('qemu-img'), folder);
    const rows: Row[] = [];
    for (const kind of changeKinds) {
      const target = await makeTarget(peerPath('qemu-img'), folder, kind);
      const ovaBytes = statSync(target).size;
      const name = `differential of a ${Math.round(ovaBytes / mebibyte)} MiB OVA, 3% changed ${kind}`;
      const ours = await makeDifferential(folder, base, target);
      const size = (limitBytes: number, which: string): Row =>
        row(`${name}: size`, 'MiB', ours.bytes / mebibyte, limitBytes / mebibyte, which);
      rows.push(
        size(ovaBytes * 0.08, '8% of the OVA'),
        size(changedGrainBytes({ base, target }) * 1.2, '1.2 times the changed grains'),
        row(`${name}: memory over idle`, 'MiB', ours.grownBytes / mebibyte, memoryLimitMebibytes, 'limit'),
        rebuildMemoryRow(name, await rebuild(folder, base, target)),
      );
      for (const peer of peers) {
        const theirs = await runDeltaPeer(peer, base, target, folder);
        rows.push(
          size(theirs.bytes, peer.name),
          row(`${name}: time`, 's', ours.milliseconds / 1000, theirs.milliseconds / 1000, peer.name),
          row(`${name}: memory`, 'MiB', ours.grownBytes / mebibyte, theirs.peakBytes / mebibyte, peer.name),
        );
      }
    }
    return rows;
  });
}
