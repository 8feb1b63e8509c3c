import { createHash } from 'node:crypto';
import { canonicalJson } from '@sealift/core/canonical-json';
import { paddingOf } from '@sealift/io/tar-block';
import type { Index } from '@sealift/oci/descriptor';
import type { Digest } from '@sealift/oci/digest';
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
import { closingBytes, placeEnd, tarHead } from '../format/tar.ts';
import type { SecretKey } from '../minisign/keys.ts';
import { sign, startPrehash } from '../minisign/signature.ts';
import { type Architecture, makeStub } from '../stub/stub.ts';
import type { PlannedBlob } from './content-set.ts';

/** A gzip blob that the stub can start. */
export interface PlannedExecutable {
  readonly architecture: Architecture;
  readonly digest: Digest;
  readonly unpackedSize: number;
}

/** What a bundle will hold. */
export interface BundlePlan {
  readonly kind: BundleManifest['kind'];
  readonly product: string;
  readonly version: string;
  /** As the transcript says it, such as `Airgap Setup - Version 4.2.13`. */
  readonly title: string;
  readonly index: Index;
  readonly content: { ordered(): readonly PlannedBlob[] };
  readonly executables: readonly PlannedExecutable[];
  /** What the content leaves out, for a bundle that is differential. */
  readonly differential?: Differential | undefined;
  readonly secretKey: SecretKey;
}

/** A file behind the signature, and where its bytes come from. */
export interface PlannedMember extends Member {
  open(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** A bundle with every byte's place decided: `head`, then each member with its header and padding, then the closing blocks. */
export interface LaidOutBundle {
  readonly manifest: BundleManifest;
  /** Stub, manifest and signature. */
  readonly head: Buffer;
  readonly members: readonly PlannedMember[];
  /** Where in the file the last executable ends, in bytes: what the stub needs lies before. */
  readonly executablesEnd: number;
}

/** Decides every byte's place: the stub needs offsets, and the manifest needs the stub's hash and the whole length. */
export function layOut(input: BundlePlan): LaidOutBundle {
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
  const executablesEnd = Math.max(head.length, ...executables.map(({ offset, size }) => offset + size));
  return { manifest, head, members, executablesEnd };
}

function planMembers(input: BundlePlan): readonly PlannedMember[] {
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

/** What the trusted comment of a signature says. */
export function aboutOf({ kind, product, version }: Pick<BundlePlan, 'kind' | 'product' | 'version'>): string {
  return `${kind} ${product} ${version}`;
}
