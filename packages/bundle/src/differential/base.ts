import { open } from 'node:fs/promises';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import { hasCode } from '@sealift/io/file-errors';
import type { Digest } from '@sealift/oci/digest';
import { readBounded } from '@sealift/oci/verify-stream';
import type { PublicKey } from '../minisign/keys.ts';
import { blobMemberPath } from '../format/manifest.ts';
import { readFully } from '../read/bundle-file.ts';
import { type Bundle, openBundle } from '../read/open-bundle.ts';
import { readBundleRelease } from '../upload/upload.ts';
import { blobsOfRelease, type Inventory, maxInventoryBytes, parseInventory } from './inventory.ts';

/** What a differential bundle is made against. */
export interface DifferentialBase extends AsyncDisposable {
  readonly inventory: Inventory;
  /** The blobs themselves, where they are at hand: without them nothing can be cut against them. */
  readonly content?: BaseContent;
}

/** The blobs of a base. */
export interface BaseContent {
  /** In bytes, or undefined when the blob is not here. */
  size(digest: Digest): Promise<number | undefined>;
  /** A blob's bytes, unchecked. A chunk holds only until the next is asked for. */
  read(digest: Digest): AsyncIterable<Uint8Array>;
  /** A part of a blob that is here, unchecked. */
  readAt(digest: Digest, offset: number, length: number): Promise<Buffer>;
}

const readChunkBytes = 1024 * 1024;

/**
 * Opens a base: a release bundle, or the inventory of a registry.
 *
 * @throws FILE_*, BUNDLE_*, SIGNATURE_*, RELEASE_MARKER_INVALID, INPUT_INVALID, INPUT_TOO_LARGE
 */
export async function openBase(path: string, trustedKeys: readonly PublicKey[]): Promise<DifferentialBase> {
  const text = await readInventoryText(path);
  if (text !== undefined) {
    return { inventory: parseInventory(text, path), [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  const bundle = await openBundle(path, { trustedKeys });
  try {
    const { release } = await readBundleRelease(bundle);
    const label = `${release.metadata.product} ${release.metadata.version}`;
    const inventory = { label, blobs: await blobsOfRelease(release, () => bundle) };
    const content = {
      size: (digest: Digest) => bundle.size(digest),
      read: (digest: Digest) => readMember(bundle, digest),
      readAt: (digest: Digest, offset: number, length: number) => readMemberAt(bundle, digest, offset, length),
    };
    return { inventory, content, [Symbol.asyncDispose]: () => bundle.close() };
  } catch (error) {
    await bundle.close();
    throw error;
  }
}

/** Reads into one buffer, so that nothing is left for the garbage collector. */
async function* readMember(bundle: Bundle, digest: Digest): AsyncGenerator<Uint8Array, void, undefined> {
  const member = memberOf(bundle, digest);
  if (member === undefined) return;
  const buffer = Buffer.allocUnsafe(readChunkBytes);
  for (let done = 0; done < member.size; ) {
    const part = buffer.subarray(0, member.size - done);
    await readFully(bundle.file, part, bundle.payloadStart + member.offset + done);
    done += part.length;
    yield part;
  }
}

async function readMemberAt(bundle: Bundle, digest: Digest, offset: number, length: number): Promise<Buffer> {
  const member = memberOf(bundle, digest);
  if (member === undefined) throw new SealiftError('CONTENT_MISSING', { values: { digest } });
  const bytes = Buffer.allocUnsafe(length);
  await readFully(bundle.file, bytes, bundle.payloadStart + member.offset + offset);
  return bytes;
}

function memberOf({ manifest }: Bundle, digest: Digest) {
  const path = blobMemberPath(digest.slice('sha256:'.length));
  return manifest.members.find((one) => one.path === path);
}

/** The text of a file that begins like a JSON object; a bundle begins with `#!`. */
async function readInventoryText(path: string): Promise<string | undefined> {
  try {
    await using file = await open(path, 'r');
    const start = await file.read(Buffer.alloc(1), 0, 1, 0);
    if (start.buffer.toString('latin1') !== '{') return undefined;
    const content = file.createReadStream({ start: 0, autoClose: false });
    return (await readBounded(content, maxInventoryBytes, path, path)).toString('utf8');
  } catch (error) {
    if (error instanceof SealiftError) throw error;
    if (hasCode(error, 'ENOENT')) {
      throw new SealiftError('FILE_NOT_FOUND', { values: { path }, place: path, cause: error });
    }
    const reason = reasonOf(error);
    throw new SealiftError('FILE_UNREADABLE', { values: { path, reason }, place: path, cause: error });
  }
}
