import { isRepositoryName, isTag } from '@sealift/oci/reference';
import { type ContentDigest, isContentDigest } from '../storage/content-digest.ts';
import { RegistryRefusal } from './failure.ts';

/** What a path below `/v2/` names. */
export type Endpoint =
  | { readonly kind: 'base' }
  | { readonly kind: 'catalog' }
  | { readonly kind: 'blob'; readonly repository: string; readonly digest: ContentDigest }
  | { readonly kind: 'uploads'; readonly repository: string }
  | { readonly kind: 'upload'; readonly repository: string; readonly id: string }
  | { readonly kind: 'manifest'; readonly repository: string; readonly reference: string }
  | { readonly kind: 'tags'; readonly repository: string }
  | { readonly kind: 'referrers'; readonly repository: string; readonly digest: ContentDigest };

const pathForm =
  /^(.+)\/(?:blobs\/(?<upload>uploads)(?:\/(?<id>[^/]*))?|blobs\/(?<blob>[^/]+)|manifests\/(?<manifest>[^/]+)|tags\/(?<tags>list)|referrers\/(?<referrers>[^/]+))$/;

/**
 * Parses a path below `/v2/`, already percent-decoded. Names hold slashes, so the path is read from its end.
 *
 * @throws RegistryRefusal NAME_INVALID, DIGEST_INVALID, MANIFEST_UNKNOWN, UNSUPPORTED
 */
export function parseEndpoint(path: string): Endpoint {
  if (path === '') return { kind: 'base' };
  if (path === '_catalog') return { kind: 'catalog' };
  const found = pathForm.exec(path);
  const repository = found?.[1];
  if (repository === undefined) throw new RegistryRefusal(404, 'UNSUPPORTED', 'there is no such endpoint');
  if (!isRepositoryName(repository)) throw new RegistryRefusal(400, 'NAME_INVALID', 'the repository name is not valid');
  const { upload, id, blob, manifest, tags, referrers } = found?.groups ?? {};
  if (upload !== undefined) {
    return id === undefined || id === ''
      ? { kind: 'uploads', repository }
      : { kind: 'upload', repository, id: uploadId(id) };
  }
  if (blob !== undefined) return { kind: 'blob', repository, digest: digestIn(blob) };
  if (tags !== undefined) return { kind: 'tags', repository };
  if (referrers !== undefined) return { kind: 'referrers', repository, digest: digestIn(referrers) };
  return { kind: 'manifest', repository, reference: referenceIn(manifest ?? '') };
}

/** @throws RegistryRefusal DIGEST_INVALID */
export function digestIn(text: string | undefined): ContentDigest {
  if (text !== undefined && isContentDigest(text)) return text;
  throw new RegistryRefusal(400, 'DIGEST_INVALID', 'expected sha256: or sha512: and lower-case hex digits');
}

function referenceIn(text: string): string {
  if (text.includes(':')) return digestIn(text);
  if (isTag(text)) return text;
  throw new RegistryRefusal(404, 'MANIFEST_UNKNOWN', 'that is neither a tag nor a digest');
}

function uploadId(text: string): string {
  if (/^[0-9a-f-]{36}$/.test(text)) return text;
  throw new RegistryRefusal(404, 'BLOB_UPLOAD_UNKNOWN', 'there is no such upload session');
}
