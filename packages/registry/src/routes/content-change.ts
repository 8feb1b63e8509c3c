import { isContentDigest } from '../storage/content-digest.ts';

/** A change of what a registry holds, as it can be seen. Blobs that are pushed are seen once a manifest names them. */
export interface ContentChange {
  readonly act: 'push' | 'delete';
  readonly kind: 'manifest' | 'blob';
  readonly repository: string;
  /** A tag or a digest. */
  readonly reference: string;
  /** What is there afterwards, or was before; undefined where there is nothing. */
  readonly digest: string | undefined;
  /** Why it was refused; undefined when it was not. */
  readonly refused?: string;
}

/** What the registry's host has a say in. */
export interface ContentHost {
  /** Why this may not be deleted, whoever asks; undefined when it may. */
  readonly refuseRemoval: (change: ContentChange) => Promise<string | undefined>;
  /** Why a tag may not stand for this manifest, whoever asks; undefined when it may. */
  readonly refuseTag: (change: ContentChange) => Promise<string | undefined>;
  /** Told of a deletion before it happens, of a push after it, and of what was refused; a change that cannot be recorded fails. */
  readonly record: (change: ContentChange, who: { readonly name: string; readonly address: string }) => Promise<void>;
}

/** `repository:tag`, or `repository@digest`. */
export function changedName({ repository, reference }: ContentChange): string {
  return `${repository}${isContentDigest(reference) ? '@' : ':'}${reference}`;
}
