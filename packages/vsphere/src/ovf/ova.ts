import { createHash } from 'node:crypto';
import { ByteCursor, gather } from './byte-cursor.ts';
import type { ByteSource } from './byte-source.ts';
import { CheckedFile } from './checked-file.ts';
import { type Descriptor, maxDescriptorBytes, parseDescriptor } from './descriptor.ts';
import { gunzip } from './gunzip.ts';
import { invalidOva, repackHint } from './invalid-ova.ts';
import { type FileDigest, maxManifestFileBytes, parseManifestFile } from './manifest-file.ts';
import type { OvfPackage, PackageFile, PackageIdentity } from './package.ts';
import { nextEntry, type TarEntry } from './tar-entry.ts';

const maxCertificateBytes = 1024 * 1024;
/** More members than any package has. */
const maxMembers = 200;

/**
 * Opens an OVA: reads its descriptor and, where it comes next as tools write it, the manifest. The rest is read in one pass.
 *
 * @throws OVA_INVALID, OVA_DIGEST_MISMATCH (the descriptor), and what the source fails with
 */
export async function openOva(source: ByteSource, cancel?: AbortSignal): Promise<OvfPackage> {
  const cursor = new ByteCursor(source, cancel);
  try {
    const ova = new Ova(source, cursor, await readDescriptor(cursor, source.place));
    await ova.readHead();
    return ova;
  } catch (error) {
    await cursor.close();
    await source.close();
    throw error;
  }
}

interface Head {
  readonly file: CheckedFile;
  readonly name: string;
  readonly descriptor: Descriptor;
}

async function readDescriptor(cursor: ByteCursor, place: string): Promise<Head> {
  const entry = await nextEntry(cursor, place);
  if (entry === undefined || !/\.ovf$/i.test(entry.name)) {
    throw invalidOva(place, 'its first file is no OVF descriptor', undefined, repackHint);
  }
  const file = new CheckedFile(entry.name, 'later', place);
  const bytes = await readSmall(cursor, entry, maxDescriptorBytes, place, file);
  return { file, name: entry.name, descriptor: parseDescriptor(bytes, place) };
}

class Ova implements OvfPackage {
  readonly place: string;
  readonly baseName: string;
  readonly descriptor: Descriptor;
  readonly warnings: string[] = [];
  readonly concurrent = false;
  readonly #source: ByteSource;
  readonly #cursor: ByteCursor;
  readonly #checked = new Map<string, CheckedFile>();
  #manifest: ReadonlyMap<string, FileDigest> | undefined;
  #manifestSha256: string | undefined;
  /** The entry that the cursor stands at, not yet read. */
  #next: TarEntry | undefined;
  #members = 1;

  constructor(source: ByteSource, cursor: ByteCursor, head: Head) {
    this.place = source.place;
    this.baseName = source.fileName.replace(/\.ova$/i, '');
    this.descriptor = head.descriptor;
    this.#source = source;
    this.#cursor = cursor;
    this.#checked.set(head.name, head.file);
  }

  get manifestSha256(): string | undefined {
    return this.#manifestSha256;
  }

  get totalBytes(): number | undefined {
    return this.descriptor.files.reduce<number | undefined>(
      (sum, { sizeBytes, gzip }) =>
        sum === undefined || sizeBytes === undefined || gzip ? undefined : sum + sizeBytes,
      0,
    );
  }

  /** Reads on while small files come that belong to the package itself. */
  async readHead(): Promise<void> {
    do this.#next = await this.#advance();
    while (this.#next !== undefined && (await this.#takeOwn(this.#next)));
  }

  async *files(): AsyncGenerator<PackageFile, void, undefined> {
    const wanted = new Map(this.descriptor.files.map((file) => [file.name, file]));
    while (this.#next !== undefined) {
      const entry = this.#next;
      const known = wanted.get(entry.name);
      if (known === undefined) {
        // Not referred to: read past, but hashed with the rest.
        if (!(await this.#takeOwn(entry))) for await (const _ of this.#file(entry).open());
      } else {
        if (known.sizeBytes !== undefined && known.sizeBytes !== entry.sizeBytes) {
          const reason = `${entry.name} has ${entry.sizeBytes} bytes instead of ${known.sizeBytes}`;
          throw invalidOva(this.place, reason);
        }
        const start = this.#cursor.position;
        yield this.#file(entry, known.gzip);
        if (this.#cursor.position !== start + entry.sizeBytes) throw new TypeError(`${entry.name} was not read`);
        wanted.delete(entry.name);
      }
      this.#next = await this.#advance();
    }
    const [missing] = wanted.keys();
    if (missing !== undefined) throw invalidOva(this.place, `it refers to ${missing} but does not hold it`);
  }

  async finish(): Promise<PackageIdentity> {
    const manifest = this.#manifest;
    if (manifest === undefined) this.warnings.push('it has no manifest, so its files cannot be checked one by one');
    for (const name of this.#checked.keys()) {
      if (manifest?.has(name) === false) this.warnings.push(`its manifest does not cover ${name}`);
    }
    const stranger = [...(manifest?.keys() ?? [])].find((name) => !this.#checked.has(name));
    if (stranger !== undefined) throw invalidOva(this.place, `its manifest names ${stranger}, which it does not hold`);
    return { ova: await this.#cursor.end(), manifest: this.#manifestSha256 };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cursor.close();
    await this.#source.close();
  }

  #file(entry: TarEntry, gzip = false): PackageFile {
    const { name, sizeBytes } = entry;
    const expected = this.#manifest === undefined ? 'later' : this.#manifest.get(name);
    const checked = new CheckedFile(name, expected, this.place);
    this.#checked.set(name, checked);
    const cursor = this.#cursor;
    const mark = cursor.mark();
    const { place } = this;
    return {
      name,
      sizeBytes: gzip ? undefined : sizeBytes,
      digest: (algorithm) => (gzip ? undefined : checked.digest(algorithm)),
      async *open() {
        await cursor.rewind(mark);
        const stored = checked.pass(cursor.stream(sizeBytes));
        yield* gzip ? gunzip(stored, name, place) : stored;
      },
    };
  }

  /** Takes the manifest or the certificate. @returns whether it was one */
  async #takeOwn(entry: TarEntry): Promise<boolean> {
    if (/\.mf$/i.test(entry.name) && this.#manifest === undefined) {
      const bytes = await readSmall(this.#cursor, entry, maxManifestFileBytes, this.place);
      this.#manifest = parseManifestFile(bytes, entry.name, this.place);
      this.#manifestSha256 = createHash('sha256').update(bytes).digest('hex');
      for (const [name, file] of this.#checked) {
        const expected = this.#manifest.get(name);
        if (expected !== undefined) file.compare(expected);
      }
      return true;
    }
    if (!/\.cert$/i.test(entry.name)) return false;
    await readSmall(this.#cursor, entry, maxCertificateBytes, this.place);
    return true;
  }

  async #advance(): Promise<TarEntry | undefined> {
    this.#members += 1;
    if (this.#members > maxMembers) throw invalidOva(this.place, `it holds more than ${maxMembers} files`);
    const entry = await nextEntry(this.#cursor, this.#source.place);
    if (entry !== undefined && this.#checked.has(entry.name)) {
      throw invalidOva(this.place, `it holds ${entry.name} twice`, undefined, repackHint);
    }
    return entry;
  }
}

async function readSmall(
  cursor: ByteCursor,
  { name, sizeBytes }: TarEntry,
  limitBytes: number,
  place: string,
  check?: CheckedFile,
): Promise<Buffer> {
  if (sizeBytes > limitBytes) throw invalidOva(place, `${name} in it is larger than ${limitBytes} bytes`);
  if (check === undefined) return await cursor.read(sizeBytes);
  return await gather(check.pass(cursor.stream(sizeBytes)), sizeBytes);
}
