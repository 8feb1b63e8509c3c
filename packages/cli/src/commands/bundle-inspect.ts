import type { Bundle } from '@sealift/bundle/read';
import { refNameAnnotation } from '@sealift/oci/layout';
import type { CliContext } from '../context.ts';
import { describeDifferential } from './differential-summary.ts';

/** Says what a bundle is; only its signed manifest has been read. */
export function describeBundle({ manifest, key }: Bundle, context: CliContext): void {
  context.out(`Identification: ${manifest.product} ${manifest.version} (${manifest.kind})`);
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
