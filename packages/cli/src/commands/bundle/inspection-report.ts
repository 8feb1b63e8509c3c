import type { InspectedPack, Inspection } from '@sealift/bundle/inspect';
import type { Bundle } from '@sealift/bundle/read';
import { nodeImagesOf } from '@sealift/core/release';
import { describeDifferential } from './differential-summary.ts';

/** What a bundle holds, for a person. */
export function* inspectionLines({ manifest }: Bundle, inspection: Inspection): Generator<string> {
  const { signatures, releases, packs, images, artifacts, attachments, differential } = inspection;
  const { product, version, kind, length, members } = manifest;
  yield `${product} ${version} (${kind}), ${length} bytes, ${members.length} files`;
  yield* section('Signatures', signatures, ({ what, key, trustedComment }) => [
    `${what}: key ID ${key.keyId}, fingerprint ${key.fingerprint}`,
    `  trusted comment: ${trustedComment}`,
  ]);
  yield* section('Releases', releases, ({ metadata, spec }) => {
    const from = spec.upgradesFrom.map(({ range }) => range).join(' or ');
    return [
      `${metadata.product} ${metadata.version}: Kubernetes ${spec.kubernetes.version}, upgrades from ${from || 'nothing'}`,
      ...nodeImagesOf(spec).map(({ ova, os }) => `  node image ${ova} (${os})`),
    ];
  });
  yield* section('Packs', packs, (pack) => [
    `${(pack.layer ?? '').padEnd(6)}  ${pack.name}`,
    `  ${pack.digest}${sizeText(pack.sizeBytes)}, ${schemaText(pack)}`,
  ]);
  yield* section('Images', images, ({ name, digest, platforms, sizeBytes }) => [
    `${name}  ${platforms.join(', ')}`,
    `  ${digest}${sizeText(sizeBytes)}`,
  ]);
  yield* section('Node images, executables and tools', artifacts, ({ kind, name, digest }) => [
    `${kind.padEnd(10)}  ${name}`,
    `  ${digest}`,
  ]);
  const attached = (is: boolean): Inspection['attachments'] =>
    attachments.filter((one) => (one.kind === 'sbom') === is);
  yield* section('SBOMs', attached(true), attachmentLines);
  yield* section('Signatures and other files attached', attached(false), attachmentLines);
  if (differential === undefined) return;
  yield describeDifferential(differential);
  yield* section('Needed at the target', differential.needs, ({ digest, size, registry, repository }) => [
    `${digest}${sizeText(size)}, ${registry}: ${repository}`,
  ]);
  yield* section('Made at the target', differential.recipes, ({ digest, size, base }) => [
    `${digest}${sizeText(size)}, from ${base}`,
  ]);
}

/** The same as one JSON value. */
export function inspectionJson({ manifest }: Bundle, inspection: Inspection) {
  const { kind, product, version, length: sizeBytes, members } = manifest;
  const { signatures, ...rest } = inspection;
  return {
    bundle: { kind, product, version, sizeBytes, files: members.length },
    signatures: signatures.map(({ what, key, trustedComment }) => ({
      what,
      keyId: key.keyId,
      fingerprint: key.fingerprint,
      trustedComment,
    })),
    ...rest,
  };
}

function attachmentLines({
  kind,
  format,
  digest,
  sizeBytes,
  title,
  subject,
  platform,
}: Inspection['attachments'][number]) {
  const name = title === undefined ? '' : `  ${title}`;
  const of = subject === undefined ? '' : `, of ${subject}`;
  return [
    `${kind === 'sbom' ? '' : `${kind}  `}${format}${name}`,
    `  ${digest}${sizeText(sizeBytes)}${of}${platform === undefined ? '' : ` for ${platform}`}`,
  ];
}

function* section<Item>(title: string, items: readonly Item[], describe: (item: Item) => readonly string[]) {
  if (items.length === 0) return;
  yield '';
  yield `${title} (${items.length})`;
  for (const item of items) for (const line of describe(item)) yield `  ${printable(line)}`;
}

function sizeText(bytes: number | undefined): string {
  return bytes === undefined ? '' : `, ${bytes} bytes`;
}

function schemaText({ schemas }: InspectedPack): string {
  if (schemas === undefined) return 'schema not recorded';
  return schemas.length === 0 ? 'no schema' : `schema ${schemas.join(', ')}`;
}

/** Names come from outside: none may move a terminal's cursor. */
function printable(text: string): string {
  return text.replaceAll(/\p{C}/gu, '\u{fffd}');
}
