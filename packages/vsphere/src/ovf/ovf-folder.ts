import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { hasCode } from '@sealift/io/file-errors';
import { fileSource, unreadable } from './byte-source.ts';
import { CheckedFile } from './checked-file.ts';
import { type Descriptor, maxDescriptorBytes, parseDescriptor } from './descriptor.ts';
import { gunzip } from './gunzip.ts';
import { invalidOva } from './invalid-ova.ts';
import { type FileDigest, maxManifestFileBytes, parseManifestFile } from './manifest-file.ts';
import type { OvfPackage, PackageFile, PackageIdentity } from './package.ts';

/**
 * Opens an OVF package that lies unpacked in a folder, by its descriptor; the manifest has the same name with `.mf`.
 *
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE, OVA_INVALID, OVA_DIGEST_MISMATCH
 */
export async function openOvfFolder(descriptorPath: string, cancel?: AbortSignal): Promise<OvfPackage> {
  const bytes = await readWhole(descriptorPath, maxDescriptorBytes);
  if (bytes === undefined) throw unreadable(descriptorPath, missing);
  const manifestPath = descriptorPath.replace(/\.ovf$/i, '.mf');
  const manifestBytes = await readWhole(manifestPath, maxManifestFileBytes);
  const descriptor = parseDescriptor(bytes, descriptorPath);
  const folder = dirname(descriptorPath);
  const sizes = await Promise.all(descriptor.files.map(({ name }) => sizeOf(join(folder, name))));
  const manifest =
    manifestBytes === undefined ? undefined : parseManifestFile(manifestBytes, basename(manifestPath), descriptorPath);
  const name = basename(descriptorPath);
  const expected = manifest?.get(name);
  if (expected !== undefined) {
    const own = new CheckedFile(name, expected, descriptorPath);
    for await (const _ of own.pass(once(bytes)));
  }
  const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');
  return folderPackage({
    descriptorPath,
    descriptor,
    manifest,
    manifestSha256: manifestBytes === undefined ? undefined : sha256(manifestBytes),
    sizes,
    cancel,
  });
}

interface Folder {
  readonly descriptorPath: string;
  readonly descriptor: Descriptor;
  readonly manifest: ReadonlyMap<string, FileDigest> | undefined;
  readonly manifestSha256: string | undefined;
  readonly sizes: readonly number[];
  readonly cancel: AbortSignal | undefined;
}

function folderPackage(opened: Folder): OvfPackage {
  const { descriptorPath, descriptor, manifest, manifestSha256, sizes, cancel } = opened;
  const warnings = descriptor.files
    .filter(({ name }) => manifest?.has(name) === false)
    .map(({ name }) => `its manifest does not cover ${name}`);
  if (manifest === undefined) warnings.push('it has no manifest, so its files cannot be checked one by one');
  const identity: PackageIdentity = { ova: undefined, manifest: manifestSha256 };
  return {
    place: descriptorPath,
    baseName: basename(descriptorPath).replace(/\.ovf$/i, ''),
    descriptor,
    manifestSha256,
    warnings,
    concurrent: true,
    totalBytes: descriptor.files.some(({ gzip }) => gzip) ? undefined : sizes.reduce((sum, size) => sum + size, 0),
    async *files() {
      for (const [index, { name, sizeBytes, gzip }] of descriptor.files.entries()) {
        const size = sizes[index] ?? 0;
        if (sizeBytes !== undefined && sizeBytes !== size) {
          throw invalidOva(descriptorPath, `${name} has ${size} bytes instead of ${sizeBytes}`);
        }
        const path = join(dirname(descriptorPath), name);
        const file = await folderFile(path, name, new CheckedFile(name, manifest?.get(name), descriptorPath), cancel);
        yield gzip ? unpacked(file, descriptorPath) : file;
      }
    },
    finish: () => Promise.resolve(identity),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function unpacked(file: PackageFile, place: string): PackageFile {
  const { name } = file;
  return { name, sizeBytes: undefined, digest: () => undefined, open: () => gunzip(file.open(), name, place) };
}

async function folderFile(
  path: string,
  name: string,
  checked: CheckedFile,
  cancel: AbortSignal | undefined,
): Promise<PackageFile> {
  const source = await fileSource(path);
  return {
    name,
    sizeBytes: source.sizeBytes ?? 0,
    digest: (algorithm) => checked.digest(algorithm),
    open: () => checked.pass(source.open(0, cancel)),
  };
}

const missing = Object.assign(new Error('it is not there'), { code: 'ENOENT' });

async function readWhole(path: string, limitBytes: number): Promise<Buffer | undefined> {
  try {
    if ((await stat(path)).size > limitBytes) throw invalidOva(path, `it is larger than ${limitBytes} bytes`);
    return await readFile(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error instanceof Error && 'code' in error && typeof error.code === 'string' && 'errno' in error
      ? unreadable(path, error)
      : error;
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    throw unreadable(path, error);
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
