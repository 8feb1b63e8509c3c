import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { PendingFiles } from '@sealift/io/pending-files';
import { paddingOf } from '@sealift/io/tar-block';
import type { BundleManifest } from '../format/manifest.ts';
import { closingBytes, tarHead } from '../format/tar.ts';
import { sign, startPrehash } from '../minisign/signature.ts';
import { formatPartsList, partsListPath, partSuffix } from '../split/parts-list.ts';
import { BundleWriter } from './bundle-writer.ts';
import { demandRoom, demandSplittable, fileWork } from './disk-room.ts';
import { aboutOf, type BundlePlan, type LaidOutBundle, layOut, type PlannedMember } from './lay-out.ts';

export interface WriteBundleInput extends BundlePlan {
  readonly output: string;
  /** Size of a part, in bytes: the bundle is written as parts of this size, the last one smaller. Without it as one file. */
  readonly splitBytes?: number | undefined;
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  readonly cancel?: AbortSignal;
}

/** A bundle that has been written. */
export interface WrittenBundle {
  /** Of the bundle, or of its first part, which is the one to run. */
  readonly path: string;
  /** Of the whole file, or of the list of parts. */
  readonly signaturePath: string;
  /** Of the key that signed it, the line of its key file. */
  readonly publicKey: string;
  readonly sizeBytes: number;
  /** Of the whole file, or of all parts one behind the other, in hex. */
  readonly sha256: string;
  readonly manifest: BundleManifest;
  /** Only of a bundle that was split. */
  readonly parts?: readonly { readonly path: string; readonly size: number; readonly sha256: string }[];
}

/**
 * Writes a bundle and its detached signature, or its parts, their list and the list's signature. All appear under their names
 * only when they are whole and on the disk. A bundle that is no larger than a part is not split.
 *
 * @throws BUNDLE_NO_ROOM before anything is written, or when the room ends; BUNDLE_FILE_TOO_LARGE, BUNDLE_SPLIT_TOO_SMALL, FILE_UNWRITABLE,
 *   BUNDLE_INPUT_CHANGED, CANCELLED, CONTENT_*
 */
export async function writeBundle(input: WriteBundleInput): Promise<WrittenBundle> {
  const laidOut = layOut(input);
  const { manifest } = laidOut;
  const { output } = input;
  const split = input.splitBytes !== undefined && input.splitBytes < manifest.length;
  const partBytes = split ? (input.splitBytes ?? manifest.length) : manifest.length;
  demandSplittable(laidOut, partBytes);
  const place = { path: output, neededBytes: manifest.length };
  const files = await PendingFiles.begin(output);
  await demandRoom(place);
  try {
    const { sha256, prehash, parts } = await writeAll(
      new BundleWriter({ ...input, files, partBytes, totalBytes: manifest.length }),
      laidOut,
    );
    await fileWork(place, async () => {
      if (split) await putPartsList(files, input, parts);
      else await files.put('.minisig', sign(input.secretKey, prehash, aboutOf(input)));
      await removeReplaced(output, parts.length);
      await files.publish();
    });
    const written = {
      path: output,
      publicKey: input.secretKey.publicKey.encoded,
      sizeBytes: manifest.length,
      sha256,
      manifest,
    };
    if (!split) return { ...written, signaturePath: `${output}.minisig` };
    const named = parts.map((part, index) => ({ ...part, path: `${output}${partSuffix(index + 1)}` }));
    return { ...written, signaturePath: `${partsListPath(output)}.minisig`, parts: named };
  } catch (error) {
    await files.discard();
    throw error;
  }
}

async function putPartsList(
  files: PendingFiles,
  input: WriteBundleInput,
  parts: readonly { readonly size: number; readonly sha256: string }[],
): Promise<void> {
  const text = formatPartsList(input.output, parts);
  const about = `${aboutOf(input)}, ${parts.length} parts`;
  await files.put('.parts.json', text);
  await files.put('.parts.json.minisig', sign(input.secretKey, startPrehash().update(text), about));
}

/** What belongs to the bundle that was under this name: beside a new one it would only puzzle, so it goes first. */
async function removeReplaced(output: string, partCount: number): Promise<void> {
  const list = partsListPath(output);
  const wasSplit = (await readdir(dirname(output))).includes(basename(list));
  for (const path of [`${output}.minisig`, list, `${list}.minisig`]) await rm(path, { force: true });
  if (!wasSplit) return;
  const kept = new Set(Array.from({ length: partCount }, (_, index) => `${basename(output)}${partSuffix(index + 1)}`));
  for (const name of await readdir(dirname(output))) {
    const isPart = name.startsWith(basename(output)) && /^\.part[0-9]{3}$/.test(name.slice(basename(output).length));
    if (isPart && !kept.has(name)) await rm(join(dirname(output), name), { force: true });
  }
}

async function writeAll(writer: BundleWriter, { head, members }: LaidOutBundle) {
  try {
    await writer.write(head);
    for (const member of members) await writeMember(writer, member);
    await writer.write(Buffer.alloc(closingBytes));
    return await writer.finish();
  } finally {
    await writer.close();
  }
}

async function writeMember(writer: BundleWriter, member: PlannedMember): Promise<void> {
  await writer.write(tarHead(member.path, member.size));
  for await (const chunk of member.open()) await writer.write(chunk);
  await writer.write(Buffer.alloc(paddingOf(member.size)));
}
