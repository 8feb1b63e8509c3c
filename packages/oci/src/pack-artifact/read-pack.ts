import { pipeline, Readable, Transform, type TransformCallback } from 'node:stream';
import { createGunzip, gunzipSync } from 'node:zlib';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import { type Pack, parsePack } from '@sealift/core/pack';
import { unpackTar } from 'modern-tar';
import { entryPath } from './entry-path.ts';
import { packLimits } from './limits.ts';

/** What a pack's archive holds that is text; charts are named only. */
export interface PackContent {
  readonly pack: Pack;
  /** Byte for byte as in the archive; empty where the pack has no values.yaml. */
  readonly valuesYaml: string;
  readonly presetsYaml?: string;
  readonly schemaYaml?: string;
  /** `values.schema.json` */
  readonly schemaJson?: string;
  readonly readme?: string;
  /** By path below the pack, such as `manifests/setup.yaml`. */
  readonly manifests: ReadonlyMap<string, string>;
  /** Charts by path, such as `charts/calico-3.26.1.tgz`, packed as they are; empty unless they were asked for. */
  readonly charts: ReadonlyMap<string, Uint8Array>;
  /** Paths below the pack of every regular file, sorted. */
  readonly files: readonly string[];
}

export interface ReadPackOptions {
  /** Where the archive comes from, for error messages. */
  readonly place: string;
  /** What the pack must call itself. */
  readonly expected?: { readonly name: string; readonly version: string };
  /** Keep the charts too. */
  readonly charts?: boolean;
}

const chartPath = /^(?:[^/]+\/)?charts\/[^/]+\.tgz$/;
const wanted =
  /^(?:[^/]+\/)?(?:pack\.json|(?:values|presets|schema)\.yaml|values\.schema\.json|README\.md|manifests\/.+\.ya?ml)$/;

/**
 * Reads a pack's archive, with or without a folder around everything. Nothing is written to disk. Bounded: entries, one
 * text, everything together after decompression. Links, devices, climbing paths and one path twice are refused.
 *
 * @param archive as a stream; or whole, and then unpacked in one go, which is faster and holds whatever else runs on this thread
 * @throws PACK_ARCHIVE_INVALID, PACK_INVALID, and the stream's own error when it is one of the catalogue.
 */
export async function readPackArchive(
  archive: Readable | AsyncIterable<Uint8Array> | Uint8Array,
  options: ReadPackOptions,
): Promise<PackContent> {
  const { place } = options;
  const paths = new Set<string>();
  let entries = 0;
  try {
    const kept = await unpackTar(
      archive instanceof Uint8Array ? inflateWhole(archive, place) : inflate(archive, place),
      {
        strict: true,
        filter: ({ name, type, size }) => {
          entries += 1;
          if (entries > packLimits.entries) throw refuse(place, `it has more than ${packLimits.entries} entries`);
          const path = entryPath(name);
          const shown = JSON.stringify(name.slice(0, 100));
          if (path === undefined) throw refuse(place, `the path ${shown} leads out of it`);
          if (type === 'directory' || type === 'pax-global-header') return false;
          if (type !== 'file' || path === '') throw refuse(place, `${shown} is a ${type ?? 'nameless file'}`);
          if (paths.has(path)) throw refuse(place, `${shown} is in it twice`);
          paths.add(path);
          // Bounded by what the whole pack may be.
          if (options.charts === true && chartPath.test(path)) return true;
          if (!wanted.test(path)) return false;
          const limit = path.endsWith('pack.json') ? packLimits.packJsonBytes : packLimits.textBytes;
          if (size > limit) throw refuse(place, `${shown} is larger than ${limit} bytes`);
          return true;
        },
      },
    );
    const bodies = kept.map(({ header, data }) => [entryPath(header.name) ?? '', data ?? new Uint8Array()] as const);
    return assemble(new Map(bodies), [...paths].sort(), options);
  } catch (error) {
    if (error instanceof SealiftError) throw error;
    const reason = reasonOf(error);
    throw refuse(place, `it is not a whole tar.gz (${reason})`);
  }
}

function assemble(
  bodies: ReadonlyMap<string, Uint8Array>,
  paths: readonly string[],
  { place, expected }: ReadPackOptions,
): PackContent {
  const top = topFolder(paths, place);
  const text = (path: string): string | undefined => {
    const bytes = bodies.get(top + path);
    if (bytes === undefined) return undefined;
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw refuse(place, `${path} is not UTF-8 text`);
    }
  };
  const pack = parsePack(text('pack.json') ?? '', `${place}/pack.json`);
  if (expected !== undefined && (pack.name !== expected.name || pack.version !== expected.version)) {
    const found = `${pack.name} ${pack.version}`;
    throw refuse(place, `it holds the pack ${found} in place of ${expected.name} ${expected.version}`);
  }
  const valuesYaml = text('values.yaml');
  if (valuesYaml === undefined && pack.layer !== 'os' && pack.layer !== 'kernel') {
    throw refuse(place, 'it has no values.yaml');
  }
  const files = paths.filter((path) => path.startsWith(top)).map((path) => path.slice(top.length));
  const manifests = files
    .filter((path) => /^manifests\/.+\.ya?ml$/.test(path))
    .map((path): [string, string] => [path, text(path) ?? '']);
  const charts = files.flatMap((path): [string, Uint8Array][] => {
    const body = chartPath.test(path) ? bodies.get(top + path) : undefined;
    return body === undefined ? [] : [[path, body]];
  });
  const optional = {
    presetsYaml: text('presets.yaml'),
    schemaYaml: text('schema.yaml'),
    schemaJson: text('values.schema.json'),
    readme: text('README.md'),
  };
  const present = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
  return {
    pack,
    valuesYaml: valuesYaml ?? '',
    ...present,
    manifests: new Map(manifests),
    charts: new Map(charts),
    files,
  };
}

/** The folder that holds everything, with its slash, or nothing. */
function topFolder(paths: readonly string[], place: string): string {
  if (paths.includes('pack.json')) return '';
  // Other archivers add files of their own beside the folder: `._name`, `.DS_Store`.
  const honest = paths.filter((path) => !path.startsWith('.'));
  const candidates = honest.filter((path) => /^[^/]+\/pack\.json$/.test(path));
  const [candidate] = candidates;
  if (candidate === undefined) throw refuse(place, 'it has no pack.json');
  const top = candidate.slice(0, candidate.indexOf('/') + 1);
  const stranger = honest.find((path) => !path.startsWith(top));
  if (stranger !== undefined) throw refuse(place, `${JSON.stringify(stranger)} stands outside its folder ${top}`);
  return top;
}

/** A tar adds up to 1 KiB to a file, and its end. */
const tarLimitBytes = packLimits.totalBytes + packLimits.entries * 1024;

function inflateWhole(archive: Uint8Array, place: string): Uint8Array {
  try {
    return gunzipSync(archive, { maxOutputLength: tarLimitBytes });
  } catch (error) {
    const isTooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    throw isTooLarge ? tooLarge(place) : error;
  }
}

function tooLarge(place: string): SealiftError {
  return refuse(place, `it unpacks to more than ${packLimits.totalBytes} bytes`);
}

function inflate(archive: Readable | AsyncIterable<Uint8Array>, place: string): ReadableStream<Uint8Array> {
  const source = archive instanceof Readable ? archive : Readable.from(archive, { objectMode: false });
  let total = 0;
  const bounded = new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      total += chunk.byteLength;
      if (total > tarLimitBytes) done(tooLarge(place));
      else done(null, chunk);
    },
  });
  // Errors of every part reach the reader of the last one.
  pipeline(source, createGunzip({ chunkSize: 256 * 1024 }), bounded, () => undefined);
  return Readable.toWeb(bounded) as ReadableStream<Uint8Array>;
}

function refuse(place: string, reason: string): SealiftError {
  return new SealiftError('PACK_ARCHIVE_INVALID', { place, values: { reason } });
}
