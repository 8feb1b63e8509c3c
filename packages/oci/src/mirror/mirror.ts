import { isSealiftError } from '@sealift/core/errors';
import type { Descriptor } from '../descriptor.ts';
import { push } from '../push/push.ts';
import type { PushItem, PushResult } from '../push/types.ts';
import { gather } from './gather.ts';
import type { MirrorRequest, MirrorResult } from './types.ts';

export type { MirrorItem, MirrorRequest, MirrorResult } from './types.ts';

/** At one registry, so that a mirror leaves others room. */
const defaultConcurrency = 6;

/** Ends a dry run at the moment when it is known what would be sent. */
class Looked extends Error {}

/**
 * Brings content of one registry to another, or to another repository of the same: manifests and indexes with all below them and all that
 * refers to them, by their digests. What is there already is not sent, a blob that the target has in another repository is taken over from
 * there, and any other goes from the answer of the one into the request to the other, hashed on its way. Tags are put last, and none that
 * stands for other content is moved.
 *
 * @example
 * const item = { name: 'busybox', digest, from: 'library/busybox', to: 'team/busybox', tag: 'latest' };
 * await mirror({ source, target, items: [item], withCosignTags: true });
 * @throws REGISTRY_LACKS, REGISTRY_TAG_TAKEN before anything is sent; MANIFEST_INVALID, CONTENT_*, REGISTRY_*, PUSH_CANCELLED
 */
export async function mirror(request: MirrorRequest): Promise<MirrorResult> {
  const {
    source,
    target,
    dryRun = false,
    concurrency = defaultConcurrency,
    journal,
    chunkBytes,
    onEvent,
    cancel,
  } = request;
  const { content, items, referrers } = await gather(request);
  let missing: readonly Descriptor[] = [];
  try {
    const result = await push({
      source: content,
      items: items.map((item): PushItem => {
        const { name, digest, to: repository, from: _from, ...rest } = item;
        return { name, digest, client: target, repository, ...rest };
      }),
      referrers,
      mountFrom: (blob) => (source.registry === target.registry ? content.repositoryOf(blob) : undefined),
      beforeSending: async (lacking) => {
        missing = lacking;
        if (dryRun) throw new Looked();
        await Promise.resolve();
      },
      concurrency,
      ...(journal === undefined ? {} : { journal }),
      ...(chunkBytes === undefined ? {} : { chunkBytes }),
      ...(onEvent === undefined ? {} : { onEvent }),
      cancel,
    });
    return resultOf(missing, result);
  } catch (error) {
    if (error instanceof Looked) return resultOf(missing);
    throw isSealiftError(error, 'REGISTRY_TAG_TAKEN') ? error.withHint(tagRemedy) : error;
  }
}

const tagRemedy =
  'A mirror moves no tag. Find out which of the two is right, remove the tag at the registry where it is not, then mirror again.';

function resultOf(missing: readonly Descriptor[], result?: PushResult): MirrorResult {
  return {
    missing: { blobs: missing.length, bytes: missing.reduce((sum, { size }) => sum + size, 0) },
    blobs: result?.blobs ?? { sent: 0, mounted: 0, skipped: 0 },
    sentBytes: result?.sentBytes ?? 0,
    present: result?.items.filter(({ state }) => state === 'present').length ?? 0,
  };
}
