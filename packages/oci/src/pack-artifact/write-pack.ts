import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { isSealiftError, reasonOf, SealiftError } from '@sealift/core/errors';
import { type Pack, parsePack, readPackValues } from '@sealift/core/pack';
import { hasCode } from '@sealift/io/file-errors';
import { packTar } from 'modern-tar';
import { type Descriptor, mediaTypes } from '../descriptor.ts';
import { digestOf } from '../digest.ts';
import { entryPath } from './entry-path.ts';
import { packLimits } from './limits.ts';

/** A pack's folder as the one layer of an artifact. */
export interface PackArchive {
  readonly pack: Pack;
  /** The text of values.yaml; empty where the pack has none. */
  readonly values: string;
  /** Paths below the folder of every file, sorted. */
  readonly files: readonly string[];
  /** `<name>-<version>.tar.gz` */
  readonly fileName: string;
  readonly bytes: Uint8Array;
  /** Describes `bytes`; its title annotation is the file name. */
  readonly layer: Descriptor;
}

/**
 * Makes the archive of a pack's folder. The same files give the same bytes, on any machine: sorted, mode 0644, no owner, no
 * time, below a folder `<name>-<version>/`. Files and folders whose name begins with a dot are left out. The gzip holds
 * stored blocks only (RFC 1951, section 3.2.4): what a compressor makes differs with the processor it runs on.
 *
 * @throws PACK_INVALID, PACK_VALUES_INVALID, PACK_FILE_REFUSED (link, device, too large), FILE_NOT_FOUND, FILE_UNREADABLE
 */
export async function packArchive(folder: string): Promise<PackArchive> {
  const files = await readPackFolder(folder);
  const packJson = files.get('pack.json');
  if (packJson === undefined) throw new SealiftError('FILE_NOT_FOUND', { values: { path: join(folder, 'pack.json') } });
  const pack = parsePack(decode(packJson, join(folder, 'pack.json')), join(folder, 'pack.json'));
  const values = decode(files.get('values.yaml') ?? Buffer.alloc(0), join(folder, 'values.yaml'));
  readPackValues(values, join(folder, 'values.yaml'));

  const top = `${pack.name}-${pack.version}`;
  const tar = await packTar(
    [...files].map(([path, body]) => ({
      header: { name: `${top}/${path}`, size: body.byteLength, mode: 0o644, mtime: new Date(0), uid: 0, gid: 0 },
      body,
    })),
  );
  const bytes = await store(tar);
  const fileName = `${top}.tar.gz`;
  const layer = {
    mediaType: mediaTypes.layerGzip,
    digest: digestOf(bytes),
    size: bytes.byteLength,
    annotations: { 'org.opencontainers.image.title': fileName },
  };
  return { pack, values, files: [...files.keys()].sort(), fileName, bytes, layer };
}

async function store(tar: Uint8Array): Promise<Uint8Array> {
  const bytes = await promisify(gzip)(tar, { level: 0, chunkSize: 1024 * 1024 });
  // Operating system: unknown (RFC 1952, section 2.3.1); zlib writes the one it was built for.
  bytes[9] = 255;
  return bytes;
}

/**
 * Every file below a pack's folder by its path, sorted by code units.
 *
 * @param onRefused told of a file that no pack may hold, which is then left out; without it the first one ends the reading
 * @throws PACK_FILE_REFUSED, FILE_NOT_FOUND, FILE_UNREADABLE
 */
export async function readPackFolder(
  folder: string,
  onRefused: (refusal: SealiftError) => void = (refusal) => {
    throw refusal;
  },
): Promise<ReadonlyMap<string, Buffer>> {
  const paths = (await listFiles(folder, onRefused)).toSorted((a, b) => (a < b ? -1 : 1));
  const files = new Map<string, Buffer>();
  let total = 0;
  for (const path of paths) {
    try {
      const body = await readFile(join(folder, path), packLimits.totalBytes - total);
      total += body.byteLength;
      files.set(path, body);
    } catch (error) {
      if (!isSealiftError(error, 'PACK_FILE_REFUSED')) throw error;
      onRefused(error);
    }
  }
  return files;
}

async function listFiles(folder: string, onRefused: (refusal: SealiftError) => void): Promise<string[]> {
  const found: string[] = [];
  const waiting = [''];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const entries = await readdir(join(folder, next), { withFileTypes: true }).catch((error: unknown) => {
      throw unreadable(join(folder, next), error);
    });
    for (const entry of entries) {
      if (entry.name.startsWith('.')) continue;
      const path = next === '' ? entry.name : `${next}/${entry.name}`;
      const place = join(folder, path);
      if (entryPath(path) !== path) onRefused(refuse(place, 'its name cannot stand in an archive'));
      else if (entry.isDirectory()) waiting.push(path);
      else if (entry.isFile()) found.push(path);
      else onRefused(refuse(place, entry.isSymbolicLink() ? 'it is a symbolic link' : 'it is not a regular file'));
      if (found.length > packLimits.entries) throw refuse(folder, `it holds more than ${packLimits.entries} files`);
    }
  }
  return found;
}

async function readFile(path: string, leftBytes: number): Promise<Buffer> {
  try {
    // The file may have been exchanged since it was listed: a link is not followed, and its size is asked again.
    await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const { size } = await file.stat();
    if (size > leftBytes) throw refuse(path, `the pack would be larger than ${packLimits.totalBytes} bytes`);
    return await file.readFile();
  } catch (error) {
    throw error instanceof SealiftError ? error : unreadable(path, error);
  }
}

function decode(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw refuse(path, 'it is not UTF-8 text');
  }
}

function refuse(path: string, reason: string): SealiftError {
  return new SealiftError('PACK_FILE_REFUSED', { place: path, values: { path, reason } });
}

function unreadable(path: string, error: unknown): SealiftError {
  if (hasCode(error, 'ENOENT')) {
    return new SealiftError('FILE_NOT_FOUND', { values: { path }, cause: error });
  }
  const reason = reasonOf(error);
  return new SealiftError('FILE_UNREADABLE', { values: { path, reason }, cause: error });
}
