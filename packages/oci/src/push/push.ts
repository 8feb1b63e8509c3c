import { addAbortSignal, type Readable } from 'node:stream';
import { SealiftError } from '@sealift/core/errors';
import type { Descriptor } from '../descriptor.ts';
import type { Digest } from '../digest.ts';
import type { RegistryClient } from '../registry-client/client.ts';
import { AdaptiveGate } from './adaptive-gate.ts';
import { BlobSender } from './blob-sender.ts';
import { forEachBounded } from './pool.ts';
import { PushProgress } from './progress.ts';
import { withRetry } from './retry.ts';
import type { PushItem, PushRequest, PushResult } from './types.ts';
import { memoryJournal } from './upload-journal.ts';
import { type Tree, walk, type WalkedManifest } from './walk.ts';

export type { PushEvent, PushItem, PushRequest, PushResult } from './types.ts';

const defaultConcurrency = 16;

/** An item with everything below it, and whether its tag is there already. */
interface Planned {
  readonly item: PushItem;
  readonly index: number;
  readonly tree: Tree;
  readonly present: boolean;
}

/** One blob that some repositories of one registry need. */
interface BlobJob {
  readonly client: RegistryClient;
  readonly blob: Descriptor;
  readonly needs: Map<string, number[]>;
}

/**
 * Pushes items with everything below them: asks first what is there, then sends the rest, blobs → manifests → tags, the
 * tags in the order of the items. Whatever happens before the tags leaves nothing visible, and running it again sends only
 * what is missing.
 *
 * @throws REGISTRY_TAG_TAKEN and CONTENT_MISSING before anything is sent; PUSH_CANCELLED; the registry's failures once retries are used up
 */
export async function push(request: PushRequest): Promise<PushResult> {
  const run = new PushRun(request);
  return await run.execute();
}

class PushRun {
  readonly #request: PushRequest;
  readonly #stop = new AbortController();
  readonly #cancel: AbortSignal;
  readonly #progress: PushProgress;
  readonly #sender: BlobSender;
  readonly #gate: AdaptiveGate;

  constructor(request: PushRequest) {
    this.#request = request;
    const given = request.cancel === undefined ? [] : [request.cancel];
    this.#cancel = AbortSignal.any([...given, this.#stop.signal]);
    this.#progress = new PushProgress(request.items, request.onEvent ?? (() => undefined));
    this.#gate = new AdaptiveGate(request.concurrency ?? defaultConcurrency);
    this.#sender = new BlobSender({
      journal: request.journal ?? memoryJournal(),
      chunkBytes: request.chunkBytes,
      open: (blob) => this.#open(blob),
      onPosition: (blob, position) => this.#progress.position(blob, position),
      onSent: (bytes) => this.#progress.sent(bytes),
    });
  }

  async execute(): Promise<PushResult> {
    for (const client of new Set(this.#request.items.map(({ client }) => client))) await client.ping();
    const plan = await this.#plan();
    const jobs = blobJobs(plan);
    this.#progress.begin(plan);
    const missing = await this.#findMissing(jobs);
    await this.#checkSource(missing);
    await this.#each(missing, (job) => this.#transfer(job));
    for (const planned of plan) await this.#pushChildren(planned);
    for (const planned of plan) await this.#pushRoot(planned);
    return this.#progress.result();
  }

  async #plan(): Promise<Planned[]> {
    const trees = new Map<Digest, Tree>();
    const plan: Planned[] = [];
    for (const { digest, mediaType } of this.#request.items) {
      if (!trees.has(digest)) trees.set(digest, await walk(this.#request.source, digest, mediaType));
    }
    await this.#each([...this.#request.items.entries()], async ([index, item]) => {
      const tree = trees.get(item.digest);
      if (tree === undefined) return;
      plan[index] = { item, index, tree, present: await this.#isPresent(item) };
    });
    return plan;
  }

  /** Whether the tag is there with the wanted digest. What it names is looked for all the same: a scrub may have found it damaged. */
  async #isPresent(item: PushItem): Promise<boolean> {
    const { client, repository, tag, digest } = item;
    const found = await this.#retrying(item.name ?? repository, () => client.headManifest(repository, tag ?? digest));
    if (found === undefined) return false;
    if (found.digest === digest) return true;
    if (this.#request.moveTags === true) return false;
    throw new SealiftError('REGISTRY_TAG_TAKEN', {
      values: { tag: `${repository}:${tag}`, found: found.digest, wanted: digest },
      place: `${client.registry}/${repository}:${tag}`,
    });
  }

  /** Asks each repository for each blob; what is left of the jobs has to be sent. */
  async #findMissing(jobs: readonly BlobJob[]): Promise<{ job: BlobJob; mountFrom: string | undefined }[]> {
    const missing: { job: BlobJob; mountFrom: string | undefined }[] = [];
    await this.#each(jobs, async (job) => {
      const { client, blob, needs } = job;
      let mountFrom: string | undefined;
      for (const [repository, items] of needs) {
        const size = await this.#retrying(blob.digest, () => client.blobSize(repository, blob.digest));
        if (size === undefined) continue;
        needs.delete(repository);
        mountFrom = repository;
        this.#progress.blob('blob-skipped', blob, repository, items);
      }
      if (needs.size > 0) missing.push({ job, mountFrom });
    });
    return missing.sort(
      (a, b) => b.job.blob.size - a.job.blob.size || (a.job.blob.digest < b.job.blob.digest ? -1 : 1),
    );
  }

  /** What the target lacks must be here, whole, before anything is sent. */
  async #checkSource(missing: readonly { job: BlobJob }[]): Promise<void> {
    for (const { job } of missing) {
      const { digest, size } = job.blob;
      const found = await this.#request.source.size(digest);
      if (found === undefined) throw new SealiftError('CONTENT_MISSING', { values: { digest } });
      if (found < size) {
        throw new SealiftError('CONTENT_SHORT', { values: { digest, actualBytes: found, expectedBytes: size } });
      }
      if (found > size) throw new SealiftError('CONTENT_LONG', { values: { digest, expectedBytes: size } });
    }
  }

  async #transfer({ job, mountFrom }: { job: BlobJob; mountFrom: string | undefined }): Promise<void> {
    const { client, blob, needs } = job;
    let from = mountFrom;
    for (const [repository, items] of needs) {
      const origin = from;
      const mounted =
        origin !== undefined &&
        (await this.#retrying(blob.digest, () => client.mountBlob(repository, blob.digest, origin)));
      if (!mounted) {
        await this.#retrying(
          blob.digest,
          () => this.#sender.send(client, repository, blob),
          () => this.#progress.positionOf(blob),
        );
      }
      this.#progress.blob(mounted ? 'blob-mounted' : 'blob-sent', blob, repository, items);
      from = repository;
    }
  }

  async #open(blob: Descriptor): Promise<Readable> {
    return addAbortSignal(this.#cancel, await this.#request.source.open(blob.digest));
  }

  async #pushChildren({ item, tree }: Planned): Promise<void> {
    await this.#each(tree.children, async (child) => {
      const { client, repository } = item;
      const found = await this.#retrying(child.digest, () => client.headManifest(repository, child.digest));
      if (found === undefined) await this.#put(item, child, child.digest);
    });
  }

  async #pushRoot({ item, index, tree, present }: Planned): Promise<void> {
    if (!present) await this.#put(item, tree.root, item.tag ?? item.digest);
    this.#progress.itemDone(index, present);
  }

  async #put(item: PushItem, manifest: WalkedManifest, reference: string): Promise<void> {
    const { client, repository } = item;
    await this.#retrying(item.name ?? reference, () =>
      client.putManifest(repository, reference, manifest.mediaType, manifest.bytes),
    );
    this.#progress.sent(manifest.bytes.byteLength);
  }

  /** One piece of work at the registry: waits for its turn, and is repeated while what fails may pass. */
  async #retrying<Result>(what: string, work: () => Promise<Result>, position?: () => number): Promise<Result> {
    return await withRetry(
      async () => {
        if (this.#cancel.aborted) throw new SealiftError('PUSH_CANCELLED');
        return await this.#gate.run(work);
      },
      {
        cancel: this.#cancel,
        ...(position === undefined ? {} : { position }),
        onRetry: (attempt, delayMs, error) => {
          this.#gate.slowDown();
          this.#request.onEvent?.({ kind: 'retry', what, attempt, delayMs, reason: error.message });
        },
      },
    );
  }

  async #each<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
    await forEachBounded(items, this.#gate.most, work, () => this.#stop.abort());
  }
}

/** The blobs of all items, each once for each registry, with the repositories and items that need it. */
function blobJobs(plan: readonly Planned[]): BlobJob[] {
  const jobs = new Map<RegistryClient, Map<Digest, BlobJob>>();
  for (const { item, index, tree } of plan) {
    const ofClient = jobs.get(item.client) ?? new Map<Digest, BlobJob>();
    jobs.set(item.client, ofClient);
    for (const blob of tree.blobs) {
      const job = ofClient.get(blob.digest) ?? { client: item.client, blob, needs: new Map<string, number[]>() };
      ofClient.set(blob.digest, job);
      job.needs.set(item.repository, [...(job.needs.get(item.repository) ?? []), index]);
    }
  }
  return [...jobs.values()].flatMap((ofClient) => [...ofClient.values()]);
}
