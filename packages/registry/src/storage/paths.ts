import { join } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import { blobPath } from '@sealift/oci/blob-file';
import { type Digest, parseDigest } from '@sealift/oci/digest';
import { isRepositoryName, isTag } from '@sealift/oci/reference';

const uploadIdForm = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Every path of the storage folder, made only from checked names. Repositories nest as their names do; what belongs to one
 * is in folders that begin with `_`, which no part of a repository name can.
 *
 * ```
 * blobs/sha256/<hex>                              content, each once
 * uploads/<id>/{data,repository}                  upload sessions
 * repositories/<name>/_blobs/<hex>                the repository holds this blob
 * repositories/<name>/_manifests/<hex>            … this manifest (its media type)
 * repositories/<name>/_tags/<tag>                 a tag (the digest it stands for)
 * repositories/<name>/_referrers/<hex>/<hex>      a manifest with that subject (its descriptor)
 * damaged/<hex>                                   what a scrub put aside
 * lock                                            which process uses the folder
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

  get blobs(): string {
    return join(this.root, 'blobs', 'sha256');
  }

  blob(digest: Digest): string {
    return blobPath(this.root, digest);
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

  blobLink(name: string, digest: Digest): string {
    return join(this.blobLinks(name), hex(digest));
  }

  manifests(name: string): string {
    return join(this.repository(name), '_manifests');
  }

  manifest(name: string, digest: Digest): string {
    return join(this.manifests(name), hex(digest));
  }

  tags(name: string): string {
    return join(this.repository(name), '_tags');
  }

  tag(name: string, tag: string): string {
    if (!isTag(tag)) throw invalid('the tag', tag);
    return join(this.tags(name), tag);
  }

  referrers(name: string, subject: Digest): string {
    return join(this.repository(name), '_referrers', hex(subject));
  }

  referrer(name: string, subject: Digest, digest: Digest): string {
    return join(this.referrers(name, subject), hex(digest));
  }
}

function hex(digest: Digest): string {
  return parseDigest(digest).slice('sha256:'.length);
}

function invalid(what: string, found: string): SealiftError {
  return new SealiftError('INPUT_INVALID', {
    values: {
      what,
      reason: `${JSON.stringify(found.slice(0, 200))} is not of the form the OCI distribution-spec asks for`,
    },
  });
}
