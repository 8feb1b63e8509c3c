import { canonicalJson } from '@sealift/core/canonical-json';
import { SealiftError } from '@sealift/core/errors';
import { packVersionSchema } from '@sealift/core/pack-names';
import { paddingOf } from '@sealift/io/tar-block';
import type { Digest } from '@sealift/oci/digest';
import { z } from 'zod';
import { differentialSchema, flawOf } from '../differential/section.ts';
import { tarHeadBytes } from './tar.ts';

/** The bundle format this code writes and reads. */
export const formatVersion = 1;
/** The stub's exact length: everything behind it stays 512-aligned, and offsets don't depend on its text. */
export const stubBytes = 65_536;
export const manifestPath = 'bundle.json';
export const signaturePath = 'bundle.json.minisig';
/** A manifest of 100,000 members stays below this. */
export const maxManifestBytes = 32 * 1024 * 1024;

const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/, '64 lower-case hex digits');
const sizeBytes = z.int().nonnegative();

/** A file behind the signature. `offset` is where its content starts, counted from the end of the signature member. */
export const memberSchema = z
  .strictObject({
    path: z.string().regex(/^(?:oci-layout|index\.json|blobs\/sha256\/[0-9a-f]{64})$/, 'a path of an OCI image layout'),
    offset: sizeBytes,
    size: sizeBytes,
    sha256: sha256Hex,
  })
  .refine(
    ({ path, sha256 }) => !path.startsWith('blobs/') || path === blobMemberPath(sha256),
    'a blob named by its hash',
  );
export type Member = z.infer<typeof memberSchema>;

/** `bundle.json`: what the signature covers, and with it every byte of the file. */
export const bundleManifestSchema = z.strictObject({
  formatVersion: z.literal(formatVersion),
  kind: z.enum(['release', 'pack', 'tool']),
  product: z.string().regex(/^[A-Za-z][A-Za-z0-9._ -]{0,127}$/),
  version: packVersionSchema,
  stubSha256: sha256Hex,
  /** Length of the whole file in bytes. */
  length: sizeBytes,
  members: z.array(memberSchema).max(100_000),
  /** Only in a bundle that leaves out blobs: what has to be at the target for it to be of use. */
  differential: differentialSchema.optional(),
});
export type BundleManifest = z.infer<typeof bundleManifestSchema>;

/** The path of a blob in the layout, from its SHA-256 in hex. */
export function blobMemberPath(sha256: string): string {
  return `blobs/sha256/${sha256}`;
}

/** Where the content of each of these files starts, when they stand one after the other. */
export function offsetsOf(files: readonly { readonly size: number }[]): readonly number[] {
  let end = 0;
  return files.map(({ size }) => {
    const offset = end + tarHeadBytes(size);
    end = offset + size + paddingOf(size);
    return offset;
  });
}

/**
 * Reads the text of a `bundle.json` whose signature has been verified.
 *
 * @throws BUNDLE_NEWER, BUNDLE_DAMAGED
 */
export function parseBundleManifest(text: string, place: string): BundleManifest {
  const damaged = (reason: string) => new SealiftError('BUNDLE_DAMAGED', { values: { path: place, reason }, place });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw damaged(`${manifestPath} is not JSON`);
  }
  const found = z.looseObject({ formatVersion: z.int() }).safeParse(value).data?.formatVersion;
  if (found !== undefined && found > formatVersion) {
    throw new SealiftError('BUNDLE_NEWER', { values: { path: place, found, known: formatVersion }, place });
  }
  const parsed = bundleManifestSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw damaged(`${manifestPath} at ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not as expected'}`);
  }
  if (canonicalJson(parsed.data) !== text) throw damaged(`${manifestPath} is not canonical JSON`);
  const { members, differential } = parsed.data;
  const offsets = offsetsOf(members);
  if (members.some((member, index) => member.offset !== offsets[index])) {
    throw damaged(`${manifestPath} places a member elsewhere than right behind the one before it`);
  }
  const paths = new Set(members.map(({ path }) => path));
  if (paths.size !== members.length) throw damaged(`${manifestPath} lists a member twice`);
  const isInside = (digest: Digest): boolean => paths.has(blobMemberPath(digest.slice('sha256:'.length)));
  const flaw = differential === undefined ? undefined : flawOf(differential, isInside);
  if (flaw !== undefined) throw damaged(`${manifestPath} ${flaw}`);
  return parsed.data;
}
