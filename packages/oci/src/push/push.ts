import { addAbortSignal, type Readable } from 'node:stream';
import { isSealiftError, reasonOf, SealiftError } from '@sealift/core/errors';
import type { Descriptor } from '../descriptor.ts';
import type { Digest } from '../digest.ts';
import type { RegistryClient } from '../registry-client/client.ts';
import { AdaptiveGate } from './adaptive-gate.ts';
import { BlobSender } from './blob-sender.ts';
import {
  blobJobs,
  contentOf,
  type ItemContent,
  largestFirst,
  manifestsOf,
  type MissingBlob,
  type Planned,
  type ReferrerJob,
  referrerJobs,
} from './plan-push.ts';
import { forEachBounded } from './pool.ts';
import { PushProgress } from './progress.ts';
import { listUnderTag } from './referrers.ts';
import { withPushRetry } from './retry.ts';
import type { PushItem, PushRequest, PushResult } from './types.ts';
import { memoryJournal } from './upload-journal.ts';
import type { WalkedManifest } from './walk.ts';

export { descriptorOf, findReferrers, subjectOf } from './referrers.ts';
export type { ItemResult, ItemState, PushEvent, PushItem, PushRequest, PushResult } from './types.ts';

const defaultConcurrency = 16;

/**
 * Pushes items with everything below them and everything that refers to them: asks first what is there, then sends the rest,
 * blobs → manifests → referrers → tags → what requires all. Whatever happens before the tags leaves nothing visible, and running it
 * again sends only what is missing.
 *
 * With `continueOnError` an item that can't be pushed is told in the result, and keeps its tag from being put; the failures
 * below then end the push only where they concern all items.
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
  /** Registries that could not be reached any more, however often it was tried: nothing more is tried there. */
  readonly #down = new Map<RegistryClient, SealiftError>();

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
    this.#progress.begin(plan);
    const missing = await this.#findMissing(plan);
    await this.#request.beforeSending?.(missing.map(({ job }) => job.blob));
    const sendable = await this.#checkSource(missing);
    await this.#each(sendable, (blob) => this.#transfer(blob));
    await this.#each(plan, (planned) => this.#pushManifests(planned));
    for (const level of referrerJobs(plan)) await this.#each(level, (job) => this.#pushReferrers(job));
    await this.#each(
      plan.filter(({ item }) => item.requiresAll !== true),
      (planned) => this.#pushTag(planned),
    );
    for (const planned of plan.filter(({ item }) => item.requiresAll === true)) await this.#pushTag(planned);
    return this.#progress.result();
  }

  async #plan(): Promise<Planned[]> {
    const contents = new Map<Digest, ItemContent>();
    const plan: Planned[] = [];
    await this.#each([...this.#request.items.entries()], async ([index, item]) => {
      await this.#forItems([index], async () => {
        const content = contents.get(item.digest) ?? (await contentOf(item, this.#request));
        contents.set(item.digest, content);
        plan[index] = { ...content, item, index, present: await this.#isPresent(item) };
      });
    });
    // What failed leaves a hole.
    return plan.filter((planned) => planned !== undefined);
  }

  /** Whether the tag is there with the wanted digest. What it names is looked for all the same: a scrub may have found it damaged. */
  async #isPresent(item: PushItem): Promise<boolean> {
    const { client, repository, tag, digest } = item;
    const found = await this.#at(client, item.name ?? repository, () => client.headManifest(repository, tag ?? digest));
    if (found === undefined) return false;
    if (found.digest === digest) return true;
    if (this.#request.moveTags === true) return false;
    throw new SealiftError('REGISTRY_TAG_TAKEN', {
      values: { tag: `${repository}:${tag}`, found: found.digest, wanted: digest },
      place: `${client.registry}/${repository}:${tag}`,
    });
  }

  /** Asks each repository for each blob; what is left of the jobs has to be sent. */
  async #findMissing(plan: readonly Planned[]): Promise<readonly MissingBlob[]> {
    const missing: MissingBlob[] = [];
    await this.#each(blobJobs(plan), async (job) => {
      const { client, blob, needs } = job;
      let mountFrom: string | undefined;
      for (const [repository, items] of needs) {
        await this.#forItems(items, async () => {
          const size = await this.#at(client, blob.digest, () => client.blobSize(repository, blob.digest));
          if (size === undefined) return;
          needs.delete(repository);
          mountFrom = repository;
          this.#progress.blob('blob-skipped', blob, repository, items);
        });
      }
      if (needs.size > 0) missing.push({ job, mountFrom });
    });
    return largestFirst(missing);
  }

  /** What the target lacks must be here, whole, before anything is sent. */
  async #checkSource(missing: readonly MissingBlob[]): Promise<readonly MissingBlob[]> {
    const here: MissingBlob[] = [];
    for (const one of missing) {
      const { digest, size } = one.job.blob;
      await this.#forItems([...one.job.needs.values()].flat(), async () => {
        const found = await this.#request.source.size(digest);
        if (found === undefined) throw new SealiftError('CONTENT_MISSING', { values: { digest } });
        if (found < size) {
          throw new SealiftError('CONTENT_SHORT', { values: { digest, actualBytes: found, expectedBytes: size } });
        }
        if (found > size) throw new SealiftError('CONTENT_LONG', { values: { digest, expectedBytes: size } });
        here.push(one);
      });
    }
    return here;
  }

  async #transfer({ job, mountFrom }: MissingBlob): Promise<void> {
    const { client, blob, needs } = job;
    let from = mountFrom ?? this.#request.mountFrom?.(blob.digest, client);
    for (const [repository, items] of needs) {
      // Content of items that all failed already would only take room.
      if (!items.some((index) => this.#progress.isOpen(index))) continue;
      await this.#forItems(items, async () => {
        const origin = from === repository ? undefined : from;
        const mounted =
          origin !== undefined &&
          (await this.#at(client, blob.digest, () => client.mountBlob(repository, blob.digest, origin)));
        if (!mounted) {
          await this.#at(
            client,
            blob.digest,
            () => this.#sender.send(client, repository, blob),
            () => this.#progress.positionOf(blob),
          );
        }
        this.#progress.blob(mounted ? 'blob-mounted' : 'blob-sent', blob, repository, items);
        from = repository;
      });
    }
  }

  async #open(blob: Descriptor): Promise<Readable> {
    return addAbortSignal(this.#cancel, await this.#request.source.open(blob.digest));
  }

  /** Puts an item's manifests by digest; one that nothing refers to is put under its tag at once, later. */
  async #pushManifests({ item, index, tree, referrers, present }: Planned): Promise<void> {
    const first = referrers.length > 0 && !present ? manifestsOf(tree) : tree.children;
    await this.#forItems([index], async () => {
      for (const manifest of first) await this.#putMissing(item, manifest, [index]);
    });
  }

  /** Puts what refers to a manifest, and lists it under a tag where the registry does not list it by itself. */
  async #pushReferrers({ client, repository, subject, trees, items }: ReferrerJob): Promise<void> {
    await this.#forItems(items, async () => {
      const place = { client, repository };
      let listed: boolean | undefined;
      for (const tree of trees.values()) {
        for (const child of tree.children) await this.#putMissing(place, child, items);
        const { digest, mediaType, bytes } = tree.root;
        const found = await this.#at(client, digest, () => client.headManifest(repository, digest));
        if (found !== undefined) continue;
        listed = await this.#at(client, digest, () => client.putReferrer(repository, mediaType, bytes));
        this.#progress.sent(bytes.byteLength, items);
      }
      // A run that was cut may have put them and not listed them.
      listed ??= (await this.#at(client, subject, () => client.listReferrers(repository, subject))) !== undefined;
      if (listed) return;
      const roots = [...trees.values()].map(({ root }) => root);
      await this.#at(client, subject, () => listUnderTag(client, repository, subject, roots));
    });
  }

  async #pushTag({ item, index, tree, present }: Planned): Promise<void> {
    if (item.requiresAll === true && this.#progress.hasFailed()) {
      if (this.#progress.isOpen(index)) this.#progress.itemHeldBack(index);
      return;
    }
    await this.#forItems([index], async () => {
      if (!present) await this.#put(item, tree.root, item.tag ?? item.digest, [index]);
      this.#progress.itemDone(index, present);
    });
  }

  async #putMissing(
    place: Pick<PushItem, 'client' | 'repository'>,
    manifest: WalkedManifest,
    items: readonly number[],
  ): Promise<void> {
    const { client, repository } = place;
    const { digest } = manifest;
    const found = await this.#at(client, digest, () => client.headManifest(repository, digest));
    if (found === undefined) await this.#put(place, manifest, digest, items);
  }

  async #put(
    { client, repository, name }: Pick<PushItem, 'client' | 'repository' | 'name'>,
    { mediaType, bytes }: WalkedManifest,
    reference: string,
    items: readonly number[],
  ): Promise<void> {
    await this.#at(client, name ?? reference, () => client.putManifest(repository, reference, mediaType, bytes));
    this.#progress.sent(bytes.byteLength, items);
  }

  /** Work that some items need: when it fails, they have failed, or the push has. */
  async #forItems(items: readonly number[], work: () => Promise<void>): Promise<void> {
    if (!items.some((index) => this.#progress.isOpen(index))) return;
    try {
      await work();
    } catch (error) {
      const isOfItem = isSealiftError(error) && error.code !== 'PUSH_CANCELLED';
      if (this.#request.continueOnError !== true || !isOfItem) throw error;
      for (const index of items) this.#progress.itemFailed(index, error);
    }
  }

  /** One piece of work at a registry: waits for its turn, and is repeated while what fails may pass. */
  async #at<Result>(
    client: RegistryClient,
    what: string,
    work: () => Promise<Result>,
    position?: () => number,
  ): Promise<Result> {
    const down = this.#down.get(client);
    if (down !== undefined) throw down;
    try {
      return await withPushRetry(
        async () => {
          if (this.#cancel.aborted) throw new SealiftError('PUSH_CANCELLED');
          return await this.#gate.run(work);
        },
        {
          cancel: this.#cancel,
          ...(position === undefined ? {} : { position }),
          onRetry: (attempt, delayMs, error) => {
            this.#gate.slowDown();
            this.#request.onEvent?.({ kind: 'retry', what, attempt, delayMs, reason: reasonOf(error) });
          },
        },
      );
    } catch (error) {
      if (isSealiftError(error, 'REGISTRY_UNREACHABLE')) this.#down.set(client, error);
      throw error;
    }
  }

  async #each<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
    await forEachBounded(items, this.#gate.most, work, () => this.#stop.abort());
  }
}
