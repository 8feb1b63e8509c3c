import { addAbortSignal, type Readable } from 'node:stream';
import { isSealiftError, SealiftError } from '@sealift/core/errors';
import type { Descriptor } from '../descriptor.ts';
import type { Digest } from '../digest.ts';
import type { RegistryClient } from '../registry-client/client.ts';
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
  samplesOf,
} from './plan-push.ts';
import { ManifestSender } from './manifest-sender.ts';
import { forEachBounded } from './pool.ts';
import { PushProgress } from './progress.ts';
import { listUnderTag } from './referrers.ts';
import { RegistryWork } from './registry-work.ts';
import type { PushItem, PushRequest, PushResult } from './types.ts';
import { memoryJournal } from './upload-journal.ts';
import type { WalkedManifest } from './walk.ts';

export { descriptorOf, findReferrers, subjectOf } from './referrers.ts';
export type { ItemResult, ItemState, PushEvent, PushItem, PushRequest, PushResult } from './types.ts';

const defaultConcurrency = 16;
/** Blobs that are sent although it could not be asked whether they are there: as many as are sent at a time when a disk runs full. */
const mostUnreadable = 32;

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
  readonly #work: RegistryWork;
  readonly #manifests: ManifestSender;
  #unreadable = 0;

  constructor(request: PushRequest) {
    this.#request = request;
    const given = request.cancel === undefined ? [] : [request.cancel];
    this.#cancel = AbortSignal.any([...given, this.#stop.signal]);
    const onEvent = request.onEvent ?? (() => undefined);
    this.#progress = new PushProgress(request.items, onEvent);
    this.#work = new RegistryWork(request.concurrency ?? defaultConcurrency, this.#cancel, onEvent);
    this.#manifests = new ManifestSender(this.#work, (bytes, items) => this.#progress.sent(bytes, items));
    this.#sender = new BlobSender({
      journal: request.journal ?? memoryJournal(),
      chunkBytes: request.chunkBytes,
      open: (blob) => this.#open(blob),
      onPosition: (blob, position) => this.#progress.position(blob, position),
      onSent: (bytes) => this.#progress.sent(bytes),
    });
  }

  async execute(): Promise<PushResult> {
    for (const client of new Set(this.#request.items.map(({ client }) => client))) {
      await this.#work.at(client, (registry) => registry.ping());
    }
    const plan = await this.#plan();
    this.#progress.begin(plan);
    const missing = await this.#findMissing(plan);
    await this.#request.beforeSending?.(missing.map(({ job }) => job.blob));
    const sendable = await this.#checkSource(missing);
    await this.#checkTargets(plan, sendable);
    await this.#each(sendable, (blob) => this.#transfer(blob));
    await this.#each(plan, (planned) => this.#pushManifests(planned));
    for (const level of referrerJobs(plan)) await this.#each(level, (job) => this.#pushReferrers(job));
    const plain = plan.filter(({ item }) => item.requiresAll !== true);
    // CNCF distribution 2 does not hold a manifest for a moment while it is given it again: no index that names it may come then.
    for (const isIndex of [false, true]) {
      await this.#each(
        plain.filter(({ tree }) => tree.children.length > 0 === isIndex),
        (planned) => this.#pushTag(planned),
      );
    }
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
    const found = await this.#work.at(client, (registry) => registry.headManifest(repository, tag ?? digest));
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
          if (!(await this.#holds(client, repository, blob))) return;
          needs.delete(repository);
          mountFrom = repository;
          this.#progress.blob('blob-skipped', blob, repository, items);
        });
      }
      if (needs.size > 0) missing.push({ job, mountFrom });
    });
    return largestFirst(missing);
  }

  /**
   * A registry whose disk ran full may keep a link to a blob without anything in it, and fail whenever it is asked for that blob (CNCF distribution
   * does); given it anew it is well again. Where that is so of many it is the registry that fails.
   */
  async #holds(client: RegistryClient, repository: string, { digest, size }: Descriptor): Promise<boolean> {
    try {
      return await this.#work.at(client, (registry) => registry.hasBlob(repository, digest, size));
    } catch (error) {
      if (!isSealiftError(error, 'REGISTRY_FAILED') || this.#unreadable >= mostUnreadable) throw error;
      this.#unreadable += 1;
      return false;
    }
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

  /**
   * Finds out in little time whether the registries will take it all: that the account may push to each repository, and that artifacts of
   * each type are taken. The body limit shows at the first piece, as the largest blob is sent first.
   */
  async #checkTargets(plan: readonly Planned[], missing: readonly MissingBlob[]): Promise<void> {
    const targets = new Map<string, { readonly item: PushItem; readonly items: number[] }>();
    for (const { item, index } of plan) {
      const { client, repository } = item;
      if (!missing.some(({ job }) => job.client === client && job.needs.has(repository))) continue;
      const key = `${client.registry} ${repository}`;
      const target = targets.get(key) ?? { item, items: [] };
      targets.set(key, target);
      target.items.push(index);
    }
    await this.#each([...targets.values()], ({ item: { client, repository }, items }) =>
      this.#forItems(items, () =>
        this.#work.resumable(client, repository, async ({ uploads }) => {
          await uploads.cancel(await uploads.start(repository));
        }),
      ),
    );
    const samples = samplesOf(plan);
    const wanted = new Set(samples.flatMap(({ blobs }) => blobs.map(({ digest }) => digest)));
    await this.#each(
      missing.filter(({ job }) => wanted.has(job.blob.digest)),
      (blob) => this.#transfer(blob),
    );
    await this.#each(samples, ({ item, index, tree }) =>
      this.#forItems([index], async () => {
        for (const manifest of manifestsOf(tree)) await this.#manifests.putMissing(item, manifest, [index]);
      }),
    );
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
          (await this.#work.at(client, (registry) => registry.mountBlob(repository, blob.digest, origin)));
        if (!mounted) {
          await this.#work.resumable(
            client,
            blob.digest,
            (registry) => this.#sender.send(registry, repository, blob),
            () => this.#progress.positionOf(blob),
          );
        }
        needs.delete(repository);
        this.#progress.blob(mounted ? 'blob-mounted' : 'blob-sent', blob, repository, items);
        from = repository;
      });
    }
  }

  async #open(blob: Descriptor): Promise<Readable> {
    // Between two pieces nobody reads it; the failure that ends the push then is the one that is told, not that it was ended.
    const content = (await this.#request.source.open(blob.digest)).on('error', () => undefined);
    return addAbortSignal(this.#cancel, content);
  }

  /** Puts an item's manifests by digest; one that nothing refers to is put under its tag at once, later. */
  async #pushManifests({ item, index, tree, referrers, present }: Planned): Promise<void> {
    const first = referrers.length > 0 && !present ? manifestsOf(tree) : tree.children;
    await this.#forItems([index], async () => {
      for (const manifest of first) await this.#manifests.putMissing(item, manifest, [index]);
    });
  }

  /** Puts what refers to a manifest, and lists it under a tag where the registry does not list it by itself. */
  async #pushReferrers({ client, repository, subject, trees, items }: ReferrerJob): Promise<void> {
    await this.#forItems(items, async () => {
      const place = { client, repository };
      const put: WalkedManifest[] = [];
      let listed: boolean | undefined;
      for (const tree of trees.values()) {
        for (const child of tree.children) await this.#manifests.putMissing(place, child, items);
        const found = await this.#manifests.findReferrer(place, tree.root);
        const sent = found === undefined ? await this.#manifests.putReferrer(place, tree.root, items) : undefined;
        listed = sent?.listed ?? listed;
        put.push(found ?? sent?.manifest ?? tree.root);
      }
      // A run that was cut may have put them and not listed them.
      listed ??= (await this.#work.at(client, (registry) => registry.listReferrers(repository, subject))) !== undefined;
      if (listed) return;
      await this.#work.at(client, (registry) => listUnderTag(registry, repository, subject, put));
    });
  }

  async #pushTag({ item, index, tree, present }: Planned): Promise<void> {
    if (item.requiresAll === true && this.#progress.hasFailed()) {
      if (this.#progress.isOpen(index)) this.#progress.itemHeldBack(index);
      return;
    }
    await this.#forItems([index], async () => {
      const tagged = present || (await this.#putTag(item, tree.root, index));
      this.#progress.itemDone(index, tagged);
    });
  }

  /** Puts an item under its tag, or its spare one where the registry keeps that for other content. @returns whether it was there so before */
  async #putTag(item: PushItem, root: WalkedManifest, index: number): Promise<boolean> {
    try {
      await this.#manifests.put(item, root, item.tag ?? item.digest, [index]);
      return false;
    } catch (error) {
      const { client, repository, spareTag } = item;
      if (spareTag === undefined || !isSealiftError(error, 'TAG_PINNED')) throw error;
      const found = await this.#work.at(client, (registry) => registry.headManifest(repository, spareTag));
      const isThere = found?.digest === item.digest;
      if (!isThere) await this.#manifests.put(item, root, spareTag, [index]);
      this.#progress.tagKept(index, error.message);
      return isThere;
    }
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

  async #each<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
    await forEachBounded(items, this.#work.most, work, () => this.#stop.abort());
  }
}
