import { SealiftError } from '@sealift/core/errors';
import { parseReference, type Reference } from '../reference.ts';

/** Where an image comes from, as a release file or a command line names it. */
export type SourceName =
  | {
      readonly kind: 'oci' | 'oci-archive' | 'docker-archive';
      readonly path: string;
      /** Only the image of this name. */
      readonly only?: string;
    }
  | { readonly kind: 'docker'; readonly reference: Reference };

/**
 * Reads a source as skopeo writes it: `oci:FOLDER[:NAME]`, `oci-archive:FILE[:NAME]`, `docker-archive:FILE[:NAME]`,
 * `docker://HOST/PATH:TAG` (containers/image, containers-transports(5)).
 *
 * @throws BUNDLE_SOURCE_UNSUPPORTED, REFERENCE_INVALID
 */
export function parseSource(source: string): SourceName {
  if (source.startsWith('docker://')) {
    return { kind: 'docker', reference: parseReference(source.slice('docker://'.length)) };
  }
  const [, kind, path, only] = /^(oci|oci-archive|docker-archive):([^:]+)(?::(.+))?$/s.exec(source) ?? [];
  if (path === undefined || !isFileKind(kind)) {
    throw new SealiftError('BUNDLE_SOURCE_UNSUPPORTED', { values: { source: source.slice(0, 300) }, place: source });
  }
  return { kind, path, ...(only === undefined ? {} : { only }) };
}

function isFileKind(kind: string | undefined): kind is 'oci' | 'oci-archive' | 'docker-archive' {
  return kind === 'oci' || kind === 'oci-archive' || kind === 'docker-archive';
}
