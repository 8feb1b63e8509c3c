import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { isSealiftError, SealiftError } from '@sealift/core/errors';
import { blockBytes, paddingOf } from '@sealift/io/tar-block';
import type { ByteRange, ContentSource } from '@sealift/oci/content';
import { type Index, indexSchema } from '@sealift/oci/descriptor';
import type { Digest } from '@sealift/oci/digest';
import { verifiedReadable } from '@sealift/oci/verify-stream';
import {
  blobMemberPath,
  type BundleManifest,
  manifestPath,
  maxManifestBytes,
  type Member,
  parseBundleManifest,
  signaturePath,
  stubBytes,
} from '../format/manifest.ts';
import { closingBytes, placeEnd, tarHead } from '../format/tar.ts';
import type { PublicKey } from '../minisign/keys.ts';
import { maxSignatureBytes, startPrehash, verify } from '../minisign/signature.ts';
import { damageOfFirstPart, damageOfParts, joinSplit } from '../split/open-parts.ts';
import { type BundleFile, damaged, openBundleFile, readFully, readPart } from './bundle-file.ts';

export interface OpenBundleOptions {
  readonly trustedKeys: readonly PublicKey[];
}

/** A bundle whose manifest and signature have been verified; the rest is checked as it is read. */
export interface Bundle extends ContentSource, AsyncDisposable {
  readonly path: string;
  readonly manifest: BundleManifest;
  /** Who signed it. */
  readonly key: PublicKey;
  readonly trustedComment: string;
  /** `index.json` of the layout inside, checked against the manifest. */
  readonly index: Index;
  readonly file: BundleFile;
  /** Where member offsets are counted from, in bytes from the start of the file. */
  readonly payloadStart: number;
  close(): Promise<void>;
}

const readChunkBytes = 1024 * 1024;
/** Who reads a part takes little of it at a time. */
const partChunkBytes = 256 * 1024;
const maxIndexBytes = 32 * 1024 * 1024;

/**
 * Opens a bundle: reads its manifest and signature in a few small reads, whatever its size, and verifies them. Blobs
 * opened from it are checked by digest while they stream; `verifyBundle` checks everything at once.
 *
 * A bundle that was split is opened by its first part, and read as one with the parts beside it.
 *
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE, BUNDLE_UNKNOWN, BUNDLE_DAMAGED, BUNDLE_NEWER, BUNDLE_PART_MISSING, BUNDLE_PART_DAMAGED,
 *   SIGNATURE_MISSING and what verifying a signature throws
 */
export async function openBundle(path: string, options: OpenBundleOptions): Promise<Bundle> {
  let file = await openBundleFile(path);
  try {
    const head = await readHead(file, options).catch(async (error: unknown) => {
      throw (await damageOfFirstPart(file, error, options.trustedKeys)) ?? error;
    });
    file = await joinSplit(file, head.manifest, head.key);
    return await finish(file, head).catch(async (error: unknown) => {
      throw (isSealiftError(error, 'BUNDLE_DAMAGED') ? await damageOfParts(file) : undefined) ?? error;
    });
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * Looks at a bundle's beginning alone, as of one that has not come to its end yet: whether it is a bundle, and who signed it.
 *
 * @throws as `openBundle`, also where the beginning is longer than what is there
 */
export async function checkBundleHead(path: string, options: OpenBundleOptions): Promise<void> {
  const file = await openBundleFile(path);
  try {
    await readHead(file, options);
  } finally {
    await file.close();
  }
}

/** What was read of a bundle's beginning, and verified. */
interface BundleHead {
  readonly manifest: BundleManifest;
  readonly key: PublicKey;
  readonly trustedComment: string;
  readonly payloadStart: number;
}

/** Reads manifest and signature, which lie in the first part of a bundle that was split. */
async function readHead(file: BundleFile, { trustedKeys }: OpenBundleOptions): Promise<BundleHead> {
  const { path } = file;
  const head = await readMember(file, stubBytes, manifestPath, maxManifestBytes);
  const tail = await readMember(file, head.end, signaturePath, maxSignatureBytes);
  const signature = tail.content.toString('latin1');
  const prehash = startPrehash().update(head.content);
  const signed = verify({ signature, prehash, trustedKeys, what: path });
  const manifest = parseBundleManifest(head.content.toString('utf8'), path);
  return { manifest, key: signed.key, trustedComment: signed.trustedComment, payloadStart: tail.end };
}

async function finish(file: BundleFile, { manifest, key, trustedComment, payloadStart }: BundleHead): Promise<Bundle> {
  const { path } = file;
  if (manifest.length !== file.length) {
    throw damaged(path, `it is ${file.length} bytes long instead of ${manifest.length}`);
  }
  if (payloadStart + placeEnd(manifest.members) + closingBytes !== manifest.length) {
    throw damaged(path, `${manifestPath} states a length that its members do not add up to`);
  }
  const members = new Map(manifest.members.map((member) => [member.path, member]));
  const index = await readIndex(file, payloadStart, members.get('index.json'));
  const find = (digest: Digest) => members.get(blobMemberPath(digest.slice('sha256:'.length)));
  return {
    path,
    manifest,
    key,
    trustedComment,
    index,
    file,
    payloadStart,
    size: (digest) => Promise.resolve(find(digest)?.size),
    open: (digest, range) => Promise.resolve(openMember(file, payloadStart, find(digest), digest, range)),
    close: () => file.close(),
    [Symbol.asyncDispose]: () => file.close(),
  };
}

/** Reads a small member whose size only its own header states: the header must be the canonical one for that size. */
async function readMember(file: BundleFile, start: number, path: string, maxBytes: number) {
  if (file.length < start + blockBytes) {
    if (path === manifestPath) {
      throw new SealiftError('BUNDLE_UNKNOWN', { values: { path: file.path, reason: 'it is too short' } });
    }
    throw damaged(file.path, `it ends before ${path}`);
  }
  const header = await readPart(file, start, blockBytes);
  const stated = /^[0-7]{11}$/.exec(header.toString('latin1', 124, 135))?.[0];
  const size = stated === undefined ? Number.NaN : Number.parseInt(stated, 8);
  if (!(size <= maxBytes) || !header.equals(tarHead(path, size))) {
    if (path === signaturePath) throw missingSignature(file.path, header);
    if (path !== manifestPath) throw damaged(file.path, `the header of ${path} is not as it must be`);
    throw new SealiftError('BUNDLE_UNKNOWN', {
      values: { path: file.path, reason: `there is no ${path} behind the first ${stubBytes} bytes` },
      place: file.path,
    });
  }
  const content = await readPart(file, start + blockBytes, size);
  const end = start + blockBytes + size + paddingOf(size);
  const padding = await readPart(file, end - paddingOf(size), paddingOf(size));
  if (padding.some((byte) => byte !== 0)) throw damaged(file.path, `the padding behind ${path} is not zeros`);
  return { content, end };
}

function missingSignature(path: string, header: Buffer): SealiftError {
  const name = header.toString('latin1', 0, 100).replace(/\0.*$/, '');
  if (name === signaturePath) return damaged(path, `the header of ${signaturePath} is not as it must be`);
  return new SealiftError('SIGNATURE_MISSING', { values: { what: path }, place: path });
}

async function readIndex(file: BundleFile, payloadStart: number, member: Member | undefined): Promise<Index> {
  if (member === undefined || member.size > maxIndexBytes) {
    throw new SealiftError('BUNDLE_CONTENT_MISSING', { values: { path: file.path, what: 'an index.json' } });
  }
  const bytes = Buffer.alloc(member.size);
  await readFully(file, bytes, payloadStart + member.offset);
  if (createHash('sha256').update(bytes).digest('hex') !== member.sha256) {
    throw damaged(file.path, 'index.json does not have the SHA-256 that the signature covers');
  }
  const parsed = indexSchema.safeParse(JSON.parse(bytes.toString('utf8')));
  if (parsed.success) return parsed.data;
  throw damaged(file.path, `index.json is not an OCI index: ${parsed.error.issues[0]?.message ?? ''}`);
}

function openMember(
  file: BundleFile,
  payloadStart: number,
  member: Member | undefined,
  digest: Digest,
  range: ByteRange | undefined,
): Readable {
  if (member === undefined) {
    throw new SealiftError('BUNDLE_CONTENT_MISSING', { values: { path: file.path, what: digest }, place: file.path });
  }
  const from = Math.min(range?.start ?? 0, member.size);
  const to = Math.min(range?.end ?? member.size, member.size);
  const read = (chunkBytes: number) =>
    chunks(file, payloadStart + member.offset + from, Math.max(0, to - from), chunkBytes);
  if (range !== undefined) return Readable.from(read(partChunkBytes), { objectMode: false });
  return verifiedReadable(read(readChunkBytes), { digest, size: member.size, place: file.path });
}

async function* chunks(
  file: BundleFile,
  start: number,
  lengthBytes: number,
  chunkBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let done = 0; done < lengthBytes; ) {
    const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, lengthBytes - done));
    await readFully(file, chunk, start + done);
    done += chunk.length;
    yield chunk;
  }
}
