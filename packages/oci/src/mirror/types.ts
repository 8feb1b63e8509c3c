import type { Digest } from '../digest.ts';
import type { PushRequest } from '../push/types.ts';
import type { RegistryClient } from '../registry-client/client.ts';

/** One manifest or index of a registry, and where it goes in another one, or in another repository of the same. */
export interface MirrorItem {
  /** What people call it. */
  readonly name: string;
  readonly digest: Digest;
  /** The repository that holds it. */
  readonly from: string;
  /** Where it goes. */
  readonly to: string;
  /** Without one it goes by its digest alone. */
  readonly tag?: string;
  /** The tag to put it under where the target keeps the other one for other content. */
  readonly spareTag?: string;
  /** Put after all others, and only when every one of them is there. */
  readonly requiresAll?: true;
}

/** What is to be mirrored, and how. */
export interface MirrorRequest
  extends Pick<PushRequest, 'concurrency' | 'journal' | 'chunkBytes' | 'onEvent' | 'cancel'> {
  readonly source: RegistryClient;
  readonly target: RegistryClient;
  readonly items: readonly MirrorItem[];
  /** Whether what cosign keeps under tags of its own goes along; without it these are tags like any other. */
  readonly withCosignTags: boolean;
  /** Only looks what the target lacks. */
  readonly dryRun?: boolean;
}

/** What a mirror did, or would do. */
export interface MirrorResult {
  /** Blobs that the target lacked, and what they come to in bytes; those that it had somewhere were taken over from there where it does that. */
  readonly missing: { readonly blobs: number; readonly bytes: number };
  readonly blobs: { readonly sent: number; readonly mounted: number; readonly skipped: number };
  /** Content that went over the line, in bytes; none in a dry run. */
  readonly sentBytes: number;
  /** Manifests with their tags that were there already, of those that were asked for. */
  readonly present: number;
}
