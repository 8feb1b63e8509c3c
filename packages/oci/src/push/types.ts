import type { SealiftError } from '@sealift/core/errors';
import type { ContentSource } from '../content.ts';
import type { Descriptor } from '../descriptor.ts';
import type { Digest } from '../digest.ts';
import type { RegistryClient } from '../registry-client/client.ts';
import type { UploadJournal } from './upload-journal.ts';

/** A manifest or index to be pushed with everything below it. */
export interface PushItem {
  readonly digest: Digest;
  /** Of the manifest; else its own `mediaType` member tells. */
  readonly mediaType?: string;
  readonly client: RegistryClient;
  readonly repository: string;
  /** Without a tag it is pushed by digest alone. */
  readonly tag?: string;
  /** What people call it, for events: `cni-calico:3.25.1`. */
  readonly name?: string;
  /** The tag to put it under where the registry keeps its own for other content; without one that ends the push. */
  readonly spareTag?: string;
  /** Put after all others, and only when every one of them is there: it says that they are. */
  readonly requiresAll?: true;
}

/**
 * What became of an item: `pushed` now, or `present` whole before; `failed`; or `held-back`, because it says that others are
 * there, which are not.
 */
export type ItemState = 'pushed' | 'present' | 'failed' | 'held-back';

/** What happens during a push, in order. Item events come in the order of the items. */
export type PushEvent =
  | { readonly kind: 'item-start'; readonly item: PushItem; readonly index: number }
  | { readonly kind: 'item-done'; readonly item: PushItem; readonly index: number; readonly state: ItemState }
  | {
      readonly kind: 'blob-sent' | 'blob-mounted' | 'blob-skipped';
      readonly digest: Digest;
      readonly repository: string;
      readonly sizeBytes: number;
    }
  | {
      readonly kind: 'retry';
      readonly what: string;
      readonly attempt: number;
      readonly delayMs: number;
      readonly reason: string;
    }
  /** `doneBytes` counts what was sent and what was there already; it never falls. */
  | { readonly kind: 'progress'; readonly doneBytes: number; readonly totalBytes: number };

export interface PushRequest {
  readonly source: ContentSource;
  /** Made visible in this order: the last one's tag is put after all others. */
  readonly items: readonly PushItem[];
  /**
   * Manifests of the source whose `subject` is one that is pushed (signatures, SBOMs), by the subject's digest. Each goes where
   * its subject goes, after it and before any tag.
   */
  readonly referrers?: ReadonlyMap<Digest, readonly Descriptor[]>;
  /** A repository of that registry that is thought to hold a blob, so that it can be mounted instead of sent. */
  readonly mountFrom?: (blob: Digest, client: RegistryClient) => string | undefined;
  /** Called once with the blobs that the targets lack, before anything is sent; what it throws ends the push. */
  readonly beforeSending?: (missing: readonly Descriptor[]) => Promise<void>;
  /** Lets a tag that is there with another digest move; else such a tag stops the push before anything is sent. */
  readonly moveTags?: boolean;
  /** Pushes what can be pushed when some of it can't, and tells in the result what became of each item. */
  readonly continueOnError?: boolean;
  /** The most requests at a time, over all items; fewer run while the registry is slow or busy. */
  readonly concurrency?: number;
  /** Where upload sessions are remembered between runs; without it only during this one. */
  readonly journal?: UploadJournal;
  /** The most of a blob that goes in one request, in bytes, at registries that take pieces: what is sent again after a cut. */
  readonly chunkBytes?: number;
  readonly onEvent?: (event: PushEvent) => void;
  readonly cancel?: AbortSignal | undefined;
}

/** One item and what became of it. */
export interface ItemResult {
  readonly item: PushItem;
  readonly state: ItemState;
  /** Why it failed; the first reason of several. */
  readonly error?: SealiftError;
  /** Its tag still stands for other content, and why; it is there by its digest and under its spare tag. */
  readonly tagKept?: string;
}

/** Everything that was asked for and what became of it. */
export interface PushResult {
  readonly items: readonly ItemResult[];
  readonly blobs: { readonly sent: number; readonly mounted: number; readonly skipped: number };
  /** Content that went over the line, in bytes, what had to go again included. */
  readonly sentBytes: number;
  readonly skippedBytes: number;
}
