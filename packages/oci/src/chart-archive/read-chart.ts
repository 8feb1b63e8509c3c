import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import type { ChartTexts } from '../named-images/chart-images.ts';
import { unpackTar } from 'modern-tar';
import { entryPath } from '../pack-artifact/entry-path.ts';

/** Of a chart and all charts inside it, unpacked (Helm refuses more than 100 MiB). */
const totalLimitBytes = 64 * 1024 * 1024;
const entryLimit = 10_000;
const depthLimit = 4;
const wanted = /^(?:Chart\.yaml|values\.yaml|templates\/.+\.(?:ya?ml|tpl)|charts\/[^/]+\.tgz)$/;

/**
 * Reads the texts of a chart's archive (Helm, "The Chart File Structure"), with the charts inside it, packed or as folders. Nothing is
 * written. Bounded: entries, depth, everything together after decompression. Links, devices and climbing paths are refused.
 *
 * @param place the archive, for errors
 * @throws CHART_INVALID
 */
export async function readChart(bytes: Uint8Array, place: string): Promise<ChartTexts> {
  return await readArchive(bytes, place, { leftBytes: totalLimitBytes, leftEntries: entryLimit }, 0);
}

interface Budget {
  leftBytes: number;
  leftEntries: number;
}

async function readArchive(bytes: Uint8Array, place: string, budget: Budget, depth: number): Promise<ChartTexts> {
  if (depth > depthLimit) throw refuse(place, `charts are nested deeper than ${depthLimit}`);
  const files = new Map<string, Uint8Array>();
  try {
    const tar = await promisify(gunzip)(bytes, { maxOutputLength: Math.max(1, budget.leftBytes) });
    budget.leftBytes -= tar.byteLength;
    const entries = await unpackTar(tar, {
      strict: true,
      filter: ({ name, type }) => {
        budget.leftEntries -= 1;
        if (budget.leftEntries < 0) throw refuse(place, `it has more than ${entryLimit} entries`);
        const shown = JSON.stringify(name.slice(0, 100));
        if (entryPath(name) === undefined) throw refuse(place, `the path ${shown} leads out of it`);
        if (type === 'directory' || type === 'pax-global-header') return false;
        if (type !== 'file') throw refuse(place, `${shown} is a ${type ?? 'nameless file'}`);
        return true;
      },
    });
    for (const { header, data } of entries)
      files.set(withoutTop(entryPath(header.name) ?? ''), data ?? new Uint8Array());
  } catch (error) {
    if (error instanceof SealiftError) throw error;
    const reason = reasonOf(error);
    throw refuse(place, `it is not a whole tar.gz of at most ${totalLimitBytes} bytes (${reason})`);
  }
  return await assemble(files, place, budget, depth);
}

/** Everything stands below a folder named like the chart. */
function withoutTop(path: string): string {
  return path.slice(path.indexOf('/') + 1);
}

async function assemble(
  files: ReadonlyMap<string, Uint8Array>,
  place: string,
  budget: Budget,
  depth: number,
): Promise<ChartTexts> {
  if (depth > depthLimit) throw refuse(place, `charts are nested deeper than ${depthLimit}`);
  if (!files.has('Chart.yaml')) throw refuse(place, 'it has no Chart.yaml');
  const texts = new Map<string, string>();
  const subcharts: ChartTexts[] = [];
  const folders = new Map<string, Map<string, Uint8Array>>();
  for (const [path, body] of files) {
    const [, folder, rest] = /^charts\/([^/]+)\/(.+)$/.exec(path) ?? [];
    if (folder !== undefined && rest !== undefined) {
      folders.set(folder, (folders.get(folder) ?? new Map<string, Uint8Array>()).set(rest, body));
    }
    if (!wanted.test(path)) continue;
    if (path.endsWith('.tgz')) subcharts.push(await readArchive(body, `${place}/${path}`, budget, depth + 1));
    else texts.set(path, decode(body, `${place}/${path}`));
  }
  for (const [folder, below] of folders) {
    if (!below.has('Chart.yaml')) continue;
    subcharts.push(await assemble(below, `${place}/charts/${folder}`, budget, depth + 1));
  }
  return { files: texts, subcharts };
}

function decode(bytes: Uint8Array, place: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw refuse(place, 'it is not UTF-8 text');
  }
}

function refuse(place: string, reason: string): SealiftError {
  return new SealiftError('CHART_INVALID', { place, values: { reason } });
}
