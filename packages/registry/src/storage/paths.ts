import { join } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import { isRepositoryName, isTag } from '@sealift/oci/reference';
import { algorithmOf, type ContentDigest, type DigestAlgorithm, hexOf } from './content-digest.ts';

const uploadIdForm = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Every path of the storage folder, made only from checked names. Repositories nest as their names do; what belongs to one
 * is in folders that begin with `_`, which no part of a repository name can.
 *
 * ```
 * blobs/<algorithm>/<hex>                         content, each once
 * uploads/<id>/{data,repository}                  upload sessions
 * repositories/<name>/_blobs/<hex>                the repository holds this blob
 * repositories/<name>/_manifests/<hex>            … this manifest (its media type)
 * repositories/<name>/_tags/<tag>                 a tag (the digest it stands for)
 * repositories/<name>/_referrers/<hex>/<hex>      a manifest with that subject (its descriptor)
 * damaged/<hex>                                   what a scrub put aside
 * folder.lock, folder.lock.holder                 which process uses the folder
 * token-key                                       what tokens are signed with
 * ```
 */
export class StoragePaths {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  get uploads(): string {
    return join(this.root, 'uploads');
  }

  get repositories(): string {
    return join(this.root, 'repositories');
  }

  /** Where content of an algorithm is. */
  blobs(algorithm: DigestAlgorithm): string {
    return join(this.root, 'blobs', algorithm);
  }

  blob(digest: ContentDigest): string {
    return join(this.blobs(algorithmOf(digest)), hexOf(digest));
  }

  /** @throws INPUT_INVALID when the id is not one that this storage gives */
  upload(id: string): string {
    if (!uploadIdForm.test(id)) throw invalid('the upload session', id);
    return join(this.uploads, id);
  }

  /** @throws REFERENCE_INVALID */
  repository(name: string): string {
    if (!isRepositoryName(name)) throw invalid('the repository name', name);
    return join(this.repositories, ...name.split('/'));
  }

  blobLinks(name: string): string {
    return join(this.repository(name), '_blobs');
  }

  blobLink(name: string, digest: ContentDigest): string {
    return join(this.blobLinks(name), hexOf(digest));
  }

  manifests(name: string): string {
    return join(this.repository(name), '_manifests');
  }

  manifest(name: string, digest: ContentDigest): string {
    return join(this.manifests(name), hexOf(digest));
  }

  tags(name: string): string {
    return join(this.repository(name), '_tags');
  }

  tag(name: string, tag: string): string {
    if (!isTag(tag)) throw invalid('the tag', tag);
    return join(this.tags(name), tag);
  }

  referrers(name: string, subject: ContentDigest): string {
    return join(this.repository(name), '_referrers', hexOf(subject));
  }

  referrer(name: string, subject: ContentDigest, digest: ContentDigest): string {
    return join(this.referrers(name, subject), hexOf(digest));
  }
}

function invalid(what: string, found: string): SealiftError {
  return new SealiftError('INPUT_INVALID', {
    values: {
      what,
      reason: `${JSON.stringify(found.slice(0, 200))} is not of the form the OCI distribution-spec asks for`,
    },
  });
}
