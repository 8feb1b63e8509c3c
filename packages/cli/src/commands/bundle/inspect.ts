import type { Bundle } from '@sealift/bundle/read';
import { defaultFolder } from '@sealift/bundle/target-folder';
import { refNameAnnotation } from '@sealift/oci/layout';
import type { CliContext } from '../../context.ts';
import { openWithKeys } from './trusted-keys.ts';
import { describeDifferential, summaryOf } from './differential-summary.ts';

export interface LookOptions {
  readonly publicKey?: string;
  readonly json?: true;
}

/** Says what a bundle is; only its signed manifest has been read. */
export function describeBundle({ manifest, key }: Bundle, context: CliContext): void {
  context.out(`Identification: ${manifest.product} ${manifest.version} (${manifest.kind})`);
  context.out(`Target directory: ${defaultFolder(manifest)}`);
  context.out(`Uncompressed size: ${Math.ceil(contentBytes(manifest) / 1024)} KB`);
  context.out('Compression: none');
  context.out(`Size: ${manifest.length} bytes, ${manifest.members.length} files`);
  if (manifest.differential !== undefined) context.out(describeDifferential(manifest.differential));
  context.out(`Signed by: key ID ${key.keyId}, fingerprint ${key.fingerprint}`);
}

/** Lists what a bundle holds, by name. */
export function listBundle({ index }: Bundle, context: CliContext): void {
  for (const { digest, annotations } of index.manifests) {
    context.out(`${digest}  ${annotations?.[refNameAnnotation] ?? ''}`);
  }
}

/** `sealift bundle info` */
export async function showInfo(file: string, options: LookOptions, context: CliContext): Promise<void> {
  await using bundle = await openWithKeys(file, options.publicKey, context);
  if (options.json !== true) return describeBundle(bundle, context);
  const { manifest, key, trustedComment } = bundle;
  const { kind, product, version, length: sizeBytes, members, differential } = manifest;
  context.out(
    JSON.stringify({
      kind,
      product,
      version,
      sizeBytes,
      files: members.length,
      contentBytes: contentBytes(manifest),
      targetFolder: defaultFolder(manifest),
      signedBy: { keyId: key.keyId, fingerprint: key.fingerprint, trustedComment },
      ...(differential === undefined ? {} : { differential: summaryOf(differential) }),
    }),
  );
}

/** `sealift bundle list` */
export async function showList(
  file: string,
  options: LookOptions & { readonly files?: true },
  context: CliContext,
): Promise<void> {
  await using bundle = await openWithKeys(file, options.publicKey, context);
  const { members } = bundle.manifest;
  if (options.json === true) {
    const entries = bundle.index.manifests.map(({ digest, mediaType, artifactType, annotations }) => ({
      name: annotations?.[refNameAnnotation] ?? null,
      digest,
      mediaType,
      artifactType: artifactType ?? null,
    }));
    const files = members.map(({ path, size, sha256 }) => ({ path, sizeBytes: size, sha256 }));
    context.out(JSON.stringify({ entries, ...(options.files === true ? { files } : {}) }));
  } else if (options.files === true) {
    for (const { path, size } of members) context.out(`${String(size).padStart(14)}  ${path}`);
  } else listBundle(bundle, context);
}

/** `sealift bundle inspect`; with `--schema` or `--sbom` exactly that file, and nothing else. */
export async function inspectFile(
  file: string,
  options: LookOptions & { readonly schema?: string; readonly sbom?: string },
  context: CliContext,
): Promise<void> {
  await using bundle = await openWithKeys(file, options.publicKey, context);
  const { inspectBundle } = await import('@sealift/bundle/inspect');
  const inspection = await inspectBundle(bundle);
  if (options.schema !== undefined || options.sbom !== undefined) {
    const { readPackSchema, readSbom } = await import('@sealift/bundle/inspect-inside');
    if (options.schema !== undefined) context.write(await readPackSchema(bundle, inspection, options.schema));
    if (options.sbom !== undefined) context.write((await readSbom(bundle, inspection, options.sbom)).toString('utf8'));
    return;
  }
  const { inspectionJson, inspectionLines } = await import('./inspection-report.ts');
  if (options.json === true) context.out(JSON.stringify(inspectionJson(bundle, inspection)));
  else for (const line of inspectionLines(bundle, inspection)) context.out(line);
}

/** All files behind the signature, in bytes. */
function contentBytes({ members }: Bundle['manifest']): number {
  return members.reduce((total, { size }) => total + size, 0);
}
