import { createHash, type Hash, randomUUID } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import { syncFolder, writeAll } from '@sealift/oci/blob-file';
import { removeLeftovers } from '../files/leftovers.ts';
import type { BundleManifest } from '../format/manifest.ts';
import { closingBytes, paddingOf, tarHead } from '../format/tar.ts';
import { sign, startPrehash } from '../minisign/signature.ts';
import { aboutOf, type BundlePlan, layOut, type PlannedMember } from './lay-out.ts';

export interface WriteBundleInput extends BundlePlan {
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

async function writeMember(writer: HashingWriter, member: PlannedMember): Promise<void> {
  await writer.write(tarHead(member.path, member.size));
  for await (const chunk of member.open()) await writer.write(chunk);
  await writer.write(Buffer.alloc(paddingOf(member.size)));
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
