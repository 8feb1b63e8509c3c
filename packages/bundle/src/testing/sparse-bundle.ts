import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { paddingOf } from '@sealift/io/tar-block';
import { mediaTypes } from '@sealift/oci/descriptor';
import { addArtifact } from '../create/artifact.ts';
import { ContentSet } from '../create/content-set.ts';
import { layOut } from '../create/lay-out.ts';
import type { BundleManifest } from '../format/manifest.ts';
import { closingBytes, tarHead } from '../format/tar.ts';
import { generateKeyPair, type SecretKey } from '../minisign/keys.ts';

export interface SparseBundleOptions {
  readonly path: string;
  /** Of each big member, in bytes; no two the same. */
  readonly memberSizes: readonly number[];
  /**
   * Compute the members' real SHA-256, so that a whole check passes: reads as many zeros as the largest member has. Without
   * it each has an invented one, good enough to open and list.
   */
  readonly checkable: boolean;
  readonly secretKey?: SecretKey;
}

/**
 * Makes a bundle whose members are zeros that take no room on the disk: only what stands between them is written.
 *
 * @returns the key that signed it, and its manifest
 */
export async function makeSparseBundle(
  options: SparseBundleOptions,
): Promise<{ readonly secretKey: SecretKey; readonly manifest: BundleManifest }> {
  const { path, memberSizes, checkable, secretKey = generateKeyPair() } = options;
  const content = new ContentSet();
  const hashes = checkable ? hashesOfZeros(memberSizes) : inventedHashes(memberSizes);
  const layers = [...hashes].map(([size, sha256]) => {
    const digest = `sha256:${sha256}` as const;
    content.add({ digest, size, role: 'content', open: () => neverRead(digest) });
    return { descriptor: { mediaType: mediaTypes.octetStream, digest, size }, title: `zeros-${size}` };
  });
  const descriptor = addArtifact(content, 'application/vnd.example.zeros.v1', layers);
  const { manifest, head, members } = layOut({
    kind: 'release',
    product: 'Harborview',
    version: '4.2.13',
    title: 'Airgap Setup - Version 4.2.13',
    index: {
      schemaVersion: 2,
      mediaType: mediaTypes.index,
      manifests: [{ ...descriptor, annotations: { 'org.opencontainers.image.ref.name': 'zeros:1' } }],
    },
    content,
    executables: [],
    secretKey,
  });
  await using file = await open(path, 'w', 0o755);
  await file.write(head, 0, head.length, 0);
  let position = head.length;
  for (const member of members) {
    const start = tarHead(member.path, member.size);
    await file.write(start, 0, start.length, position);
    position += start.length;
    if (!hashes.has(member.size) || hashes.get(member.size) !== member.sha256) {
      let at = position;
      for await (const chunk of member.open()) at += (await file.write(chunk, 0, chunk.byteLength, at)).bytesWritten;
    }
    position += member.size + paddingOf(member.size);
  }
  await file.truncate(position + closingBytes);
  return { secretKey, manifest };
}

/** The SHA-256 of that many zeros, by size: one pass, since a shorter run of zeros begins a longer one. */
function hashesOfZeros(sizes: readonly number[]): ReadonlyMap<number, string> {
  const zeros = Buffer.alloc(1024 * 1024);
  const hash = createHash('sha256');
  let hashed = 0;
  return new Map(
    [...sizes]
      .sort((a, b) => a - b)
      .map((size) => {
        for (; hashed < size; hashed += Math.min(zeros.length, size - hashed)) {
          hash.update(zeros.subarray(0, size - hashed));
        }
        return [size, hash.copy().digest('hex')];
      }),
  );
}

function inventedHashes(sizes: readonly number[]): ReadonlyMap<number, string> {
  return new Map(sizes.map((size) => [size, createHash('sha256').update(`invented ${size}`).digest('hex')]));
}

// oxlint-disable-next-line require-yield
async function* neverRead(digest: string): AsyncGenerator<Uint8Array, void, undefined> {
  await Promise.resolve();
  throw new TypeError(`${digest} is zeros that are in no file`);
}
