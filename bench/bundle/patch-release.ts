import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Row, row } from '../row.ts';
import { runDeltaPeer } from './delta-peers.ts';
import { presentDeltaPeers } from './differential.ts';
import { contentOf } from './mixed-content.ts';
import { runProgram } from './run-program.ts';
import { type SampleImage, type SamplePacks, writeRelease } from './sample-release.ts';
import type { Workplace } from './workplace.ts';

type Note = (text: string) => void;

const mebibyte = 2 ** 20;
const imageCount = 40;
const packCount = 12;

/** A release and its bundle. */
interface Released {
  readonly bundle: string;
  /** Without the executable, which is the same whatever a release brings. */
  readonly bytes: number;
  readonly milliseconds: number;
  readonly peakBytes: number;
}

/**
 * The differential bundle of a patch release: 40 images that share five base layers and have two of their own, of which one
 * layer is rebuilt, and 12 packs, of which three change.
 */
export async function patchRows(place: Workplace, note: Note): Promise<readonly Row[]> {
  const peers = presentDeltaPeers(note);
  return await place.once('patch', async (folder) => {
    const base = await released(place, folder, { version: '1.0.0', patched: false });
    const full = await released(place, folder, { version: '1.0.1', patched: true });
    const ours = await released(place, folder, { version: '1.0.1', patched: true, base: base.bundle });
    const name = `differential of a ${Math.round(full.bytes / mebibyte)} MiB patch release`;
    const rows = [row(`${name}: size`, 'MiB', ours.bytes / mebibyte, full.bytes / 10 / mebibyte, '10% of the bundle')];
    for (const peer of peers) {
      const theirs = await runDeltaPeer(peer, base.bundle, full.bundle, folder);
      rows.push(
        row(`${name}: size`, 'MiB', ours.bytes / mebibyte, theirs.bytes / mebibyte, peer.name),
        row(`${name}: time`, 's', ours.milliseconds / 1000, theirs.milliseconds / 1000, peer.name),
        row(`${name}: peak memory`, 'MiB', ours.peakBytes / mebibyte, theirs.peakBytes / mebibyte, peer.name),
      );
    }
    return rows;
  });
}

async function released(
  place: Workplace,
  folder: string,
  { version, patched, base }: { readonly version: string; readonly patched: boolean; readonly base?: string },
): Promise<Released> {
  const { path, env, secretKey, cache } = await place.installed();
  const source = join(folder, version);
  const file = join(source, 'release.yaml');
  if (base === undefined) {
    mkdirSync(source);
    await writeRelease(source, version, images(patched), packs(patched));
  }
  const bundle = join(folder, `${version}${base === undefined ? '' : '-from-base'}.bin`);
  const args = ['bundle', 'create', '-f', file, '-o', bundle, '--key', secretKey, '--quiet'];
  const { milliseconds, peakBytes } = await runProgram(path, base === undefined ? args : [...args, '--base', base], {
    env,
  });
  return { bundle, bytes: statSync(bundle).size - executableBytes(cache), milliseconds, peakBytes };
}

/** Of the compressed executable that `bundle create` keeps. */
function executableBytes(folder: string): number {
  return readdirSync(folder).reduce((total, name) => total + statSync(join(folder, name)).size, 0);
}

/** Layers do not compress any more, as those of registries. */
function images(patched: boolean): readonly SampleImage[] {
  const layer = (seed: string, mebibytes: number) => () => contentOf('random', seed, mebibytes * mebibyte);
  return Array.from({ length: imageCount }, (_, image) => ({
    name: `docker.io/bench/app-${image}:1`,
    layers: [
      layer(`base ${image % 5}`, 12),
      layer(`libraries ${image}`, 2),
      layer(`application ${image}${patched && image === 17 ? ' rebuilt' : ''}`, 3),
    ],
  }));
}

function packs(patched: boolean): SamplePacks {
  const names = Array.from({ length: packCount }, (_, pack) => `pack-${pack}`);
  return Object.fromEntries(
    names.map((name, pack) => [name, `replicas: ${patched && pack < 3 ? 2 : 1}\nname: ${name}\n`]),
  );
}
