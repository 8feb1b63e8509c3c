import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { tar, type TarEntry } from './tar.ts';

/** Packs a chart's folder as `helm package` does, with a version of its own; the same folder gives the same bytes. */
export function packChart(folder: string, name: string, version: string): Buffer {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted()
    .map((path): TarEntry => ({ name: `${name}/${path}`, bytes: chartFile(join(folder, path), path, version) }));
  return gzipSync(tar(entries), { level: 9 });
}

function chartFile(file: string, path: string, version: string): Buffer {
  const bytes = readFileSync(file);
  return path === 'Chart.yaml'
    ? Buffer.from(bytes.toString('utf8').replace(/^version:.*$/m, `version: ${version}`))
    : bytes;
}
