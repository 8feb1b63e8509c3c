import { createHash, type Hash, randomUUID } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { canonicalJson } from '@sealift/core/canonical-json';
import { SealiftError } from '@sealift/core/errors';
import { syncFolder, writeAll } from '@sealift/oci/blob-file';
import type { Index } from '@sealift/oci/descriptor';
import type { Digest } from '@sealift/oci/digest';
import { removeLeftovers } from '../files/leftovers.ts';
import type { Differential } from '../differential/section.ts';
import {
  blobMemberPath,
  type BundleManifest,
  formatVersion,
  manifestPath,
  type Member,
  offsetsOf,
  signaturePath,
  stubBytes,
} from '../format/manifest.ts';
import { closingBytes, paddingOf, placeEnd, tarHead } from '../format/tar.ts';
import type { SecretKey } from '../minisign/keys.ts';
import { sign, startPrehash } from '../minisign/signature.ts';
import { type Architecture, makeStub } from '../stub/stub.ts';
import type { ContentSet, PlannedBlob } from './content-set.ts';

/** A gzip blob that the stub can start. */
export interface PlannedExecutable {
  readonly architecture: Architecture;
  readonly digest: Digest;
  readonly unpackedSize: number;
}

export interface WriteBundleInput {
  readonly kind: BundleManifest['kind'];
  readonly product: string;
  readonly version: string;
  /** As the transcript says it, such as `Airgap Setup - Version 4.2.13`. */
  readonly title: string;
  readonly index: Index;
  readonly content: ContentSet;
  readonly executables: readonly PlannedExecutable[];
  /** What the content leaves out, for a bundle that is differential. */
  readonly differential?: Differential | undefined;
  readonly secretKey: SecretKey;
  readonly output: string;
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  readonly cancel?: AbortSignal;
}

/** A bundle that has been written. */
export interface WrittenBundle {
  readonly path: string;
  readonly signaturePath: string;
  readonly sizeBytes: number;
  /** Of the whole file, in hex. */
  readonly sha256: string;
  readonly manifest: BundleManifest;
}

interface PlannedMember extends Member {
  open(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/**
 * Writes a bundle and its detached signature. Both appear under their names only when they are whole and on the disk.
 *
 * @throws FILE_UNWRITABLE, BUNDLE_INPUT_CHANGED, CANCELLED, CONTENT_*
 */
export async function writeBundle(input: WriteBundleInput): Promise<WrittenBundle> {
  const { manifest, head, members } = layOut(input);
  const temporary = join(dirname(input.output), `.${basename(input.output)}.${randomUUID()}`);
  const detached = `${input.output}.minisig`;
  await removeLeftovers(dirname(input.output), `.${basename(input.output)}.`);
  try {
    const file = await fileWork(input.output, () => open(temporary, 'wx', 0o755));
    const writer = new HashingWriter(file, input, manifest.length);
    try {
      await writer.write(head);
      for (const member of members) await writeMember(writer, member);
      await writer.write(Buffer.alloc(closingBytes));
      await fileWork(input.output, () => file.sync());
    } finally {
      await file.close();
    }
    const signature = sign(input.secretKey, writer.prehash, aboutOf(input));
    await writeDurably(`${temporary}.minisig`, signature, input.output);
    await fileWork(input.output, async () => {
      // An old signature beside a new bundle would only puzzle: it goes first.
      await rm(detached, { force: true });
      await rename(temporary, input.output);
      await rename(`${temporary}.minisig`, detached);
      await syncFolder(dirname(input.output));
    });
    const sha256 = writer.sha256.digest('hex');
    return { path: input.output, signaturePath: detached, sizeBytes: manifest.length, sha256, manifest };
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    await rm(`${temporary}.minisig`, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Decides every byte's place: the stub needs offsets, and the manifest needs the stub's hash and the whole length. */
function layOut(input: WriteBundleInput) {
  const members = planMembers(input);
  const about = aboutOf(input);
  const signatureBytes = sign(input.secretKey, startPrehash(), about).length;
  const draft = {
    formatVersion,
    kind: input.kind,
    product: input.product,
    version: input.version,
    members: members.map(({ path, offset, size, sha256 }) => ({ path, offset, size, sha256 })),
    ...(input.differential === undefined ? {} : { differential: input.differential }),
  };
  const zeros = '0'.repeat(64);
  const manifestOf = (stubSha256: string, length: number): BundleManifest => ({
    ...draft,
    formatVersion,
    stubSha256,
    length,
  });
  const startOf = (length: number): number =>
    stubBytes +
    placeEnd([{ size: Buffer.byteLength(canonicalJson(manifestOf(zeros, length))) }, { size: signatureBytes }]);
  const rest = placeEnd(members) + closingBytes;
  let length = 0;
  // The length stands in the manifest, whose own length changes with its digits: settles within two rounds.
  while (startOf(length) + rest !== length) length = startOf(length) + rest;
  const executables = input.executables.map(({ architecture, digest, unpackedSize }) => {
    const member = members.find(({ path }) => path === blobMemberPath(digest.slice('sha256:'.length)));
    if (member === undefined) throw new TypeError(`no blob for the executable ${digest}`);
    const offset = startOf(length) + member.offset;
    return { architecture, offset, size: member.size, sha256: member.sha256, unpackedSize };
  });
  const stub = makeStub({ title: input.title, executables });
  const manifest = manifestOf(createHash('sha256').update(stub).digest('hex'), length);
  const text = Buffer.from(canonicalJson(manifest));
  const signature = Buffer.from(sign(input.secretKey, startPrehash().update(text), about));
  const head = Buffer.concat([stub, ...wholeMember(manifestPath, text), ...wholeMember(signaturePath, signature)]);
  return { manifest, head, members };
}

function planMembers(input: WriteBundleInput): readonly PlannedMember[] {
  const files: Omit<PlannedMember, 'offset'>[] = [
    smallFile('oci-layout', canonicalJson({ imageLayoutVersion: '1.0.0' })),
    smallFile('index.json', canonicalJson(input.index)),
    ...input.content.ordered().map((blob) => blobFile(blob)),
  ];
  const offsets = offsetsOf(files);
  return files.map((file, index) => ({ ...file, offset: offsets[index] ?? 0 }));
}

function smallFile(path: string, text: string): Omit<PlannedMember, 'offset'> {
  const bytes = Buffer.from(text);
  return { path, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex'), open: () => [bytes] };
}

function blobFile(blob: PlannedBlob): Omit<PlannedMember, 'offset'> {
  const sha256 = blob.digest.slice('sha256:'.length);
  return { path: blobMemberPath(sha256), size: blob.size, sha256, open: () => blob.open() };
}

function wholeMember(path: string, content: Buffer): readonly Buffer[] {
  return [tarHead(path, content.length), content, Buffer.alloc(paddingOf(content.length))];
}

async function writeMember(writer: HashingWriter, member: PlannedMember): Promise<void> {
  await writer.write(tarHead(member.path, member.size));
  for await (const chunk of member.open()) await writer.write(chunk);
  await writer.write(Buffer.alloc(paddingOf(member.size)));
}

function aboutOf({ kind, product, version }: WriteBundleInput): string {
  return `${kind} ${product} ${version}`;
}

/** Writes front to back and hashes what it writes, for the detached signature and for the report. */
class HashingWriter {
  readonly prehash: Hash = startPrehash();
  readonly sha256: Hash = createHash('sha256');
  readonly #file: FileHandle;
  readonly #input: WriteBundleInput;
  readonly #totalBytes: number;
  #doneBytes = 0;

  constructor(file: FileHandle, input: WriteBundleInput, totalBytes: number) {
    this.#file = file;
    this.#input = input;
    this.#totalBytes = totalBytes;
  }

  async write(chunk: Uint8Array): Promise<void> {
    if (this.#input.cancel?.aborted === true) throw new SealiftError('CANCELLED');
    const writing = fileWork(this.#input.output, () => writeAll(this.#file, chunk));
    this.prehash.update(chunk);
    this.sha256.update(chunk);
    await writing;
    this.#doneBytes += chunk.byteLength;
    this.#input.onProgress?.(this.#doneBytes, this.#totalBytes);
  }
}

async function writeDurably(path: string, content: string, shownPath: string): Promise<void> {
  await fileWork(shownPath, async () => {
    const file = await open(path, 'wx', 0o644);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
  });
}

async function fileWork<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SealiftError('FILE_UNWRITABLE', { values: { path, reason }, place: path, cause: error });
  }
}
