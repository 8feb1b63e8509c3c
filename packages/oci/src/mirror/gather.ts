import { isSealiftError, SealiftError } from '@sealift/core/errors';
import type { Descriptor } from '../descriptor.ts';
import type { Digest } from '../digest.ts';
import type { ImageSource } from '../image-source/image-source.ts';
import { attachmentsIn } from '../image-source/registry-attachments.ts';
import { forEachBounded } from '../push/pool.ts';
import { descriptorOf, subjectOf } from '../push/referrers.ts';
import type { Tree } from '../push/walk.ts';
import type { RegistryClient } from '../registry-client/client.ts';
import { RepositoryContent } from './repository-content.ts';
import type { MirrorItem, MirrorRequest } from './types.ts';

/** Questions to the source at a time. */
const concurrency = 4;
/** Signatures of SBOMs of images are two deep. */
const depthLimit = 5;
const referrerLimit = 1000;

/** All that is to be mirrored, as the source holds it. */
export interface Gathered {
  readonly content: RepositoryContent;
  readonly items: readonly MirrorItem[];
  readonly referrers: ReadonlyMap<Digest, readonly Descriptor[]>;
}

/**
 * Reads every manifest that belongs to some items: those below them, what refers to any of these by `subject`, and what cosign keeps under its
 * older tags where that is asked for. No blob is read.
 *
 * @throws REGISTRY_LACKS, MANIFEST_INVALID, CONTENT_DIGEST_MISMATCH, INPUT_TOO_LARGE, and what the registry fails with
 */
export async function gather({
  source,
  items,
  withCosignTags,
}: Pick<MirrorRequest, 'source' | 'items' | 'withCosignTags'>): Promise<Gathered> {
  const gathering = new Gathering(source);
  const ofItem: MirrorItem[][] = items.map(() => []);
  await forEachBounded([...items.entries()], concurrency, async ([index, item]) => {
    const tree = await gathering.add(item);
    if (withCosignTags) ofItem[index] = await gathering.cosignTags(item, tree);
  });
  // Before what requires all.
  const known = new Set<string>();
  const tagged = ofItem.flat().filter(({ to, tag = '' }) => {
    const key = `${to}:${tag}`;
    return !known.has(key) && known.add(key);
  });
  return { content: gathering.content, items: [...tagged, ...items], referrers: gathering.referrers };
}

class Gathering {
  readonly content: RepositoryContent;
  readonly referrers = new Map<Digest, readonly Descriptor[]>();
  readonly #client: RegistryClient;
  readonly #attachments = new Map<string, ReturnType<typeof attachmentsIn>>();
  readonly #asked = new Set<string>();

  constructor(client: RegistryClient) {
    this.#client = client;
    this.content = new RepositoryContent(client);
  }

  async add(item: MirrorItem): Promise<Tree> {
    const tree = await this.#walk(item);
    await this.#addReferrers(
      item,
      [...tree.children, tree.root].map(({ digest }) => digest),
    );
    return tree;
  }

  /** Each tag is a question: the parts of an image are asked for only when the image itself has any. */
  async cosignTags({ name, from, to }: MirrorItem, { root, children }: Tree): Promise<MirrorItem[]> {
    const attachments = this.#attachmentsIn(from);
    const found = [...(await attachments.taggedFor(root.digest))];
    for (const { digest } of found.length > 0 ? children : []) found.push(...(await attachments.taggedFor(digest)));
    const items = found.map(({ tag, descriptor }): MirrorItem => {
      return { name: `${name}, ${tag}`, digest: descriptor.digest, from, to, tag };
    });
    for (const item of items) await this.#walk(item);
    return items;
  }

  async #walk({ name, from, digest }: MirrorItem): Promise<Tree> {
    try {
      return await this.content.walk(from, digest, name);
    } catch (error) {
      if (!isSealiftError(error, 'REGISTRY_NOT_FOUND')) throw error;
      const { registry } = this.#client;
      const part = `${error.message.includes(digest) ? 'the manifest' : 'a manifest below'} ${digest}`;
      const place = error.place ?? `${registry}/${from}`;
      throw new SealiftError('REGISTRY_LACKS', { values: { registry, name, part }, place, cause: error });
    }
  }

  async #addReferrers({ name, from }: MirrorItem, manifests: readonly Digest[]): Promise<void> {
    let level = manifests;
    for (let depth = 0; level.length > 0; depth += 1) {
      const next: Digest[] = [];
      for (const subject of level) {
        const key = `${from}@${subject}`;
        if (this.#asked.has(key)) continue;
        this.#asked.add(key);
        const listed = await this.#attachmentsIn(from).referrersOf(subject);
        if (listed.length > referrerLimit) throw invalid(subject, `more than ${referrerLimit} manifests refer to it`);
        if (listed.length > 0 && depth === depthLimit) {
          throw invalid(subject, `attachments of attachments are more than ${depthLimit} deep`);
        }
        for (const { digest } of listed) {
          const tree = await this.#referrer(from, digest, subject, name);
          if (tree === undefined) continue;
          const known = this.referrers.get(subject) ?? [];
          if (known.some((one) => one.digest === digest)) continue;
          this.referrers.set(subject, [...known, descriptorOf(tree.root)]);
          next.push(digest, ...tree.children.map((child) => child.digest));
        }
      }
      level = next;
    }
  }

  /** A list may be older than what it lists: what is gone, or refers to something else, does not count. */
  async #referrer(repository: string, digest: Digest, subject: Digest, name: string): Promise<Tree | undefined> {
    try {
      if (subjectOf(await this.content.manifest(repository, digest)) !== subject) return undefined;
    } catch (error) {
      if (isSealiftError(error, 'REGISTRY_NOT_FOUND')) return undefined;
      throw error;
    }
    return await this.#walk({ name: `what refers to ${name}`, from: repository, to: repository, digest });
  }

  #attachmentsIn(repository: string): Pick<ImageSource, 'referrersOf' | 'taggedFor'> {
    const known = this.#attachments.get(repository) ?? attachmentsIn(this.#client, repository);
    this.#attachments.set(repository, known);
    return known;
  }
}

function invalid(digest: Digest, reason: string): SealiftError {
  return new SealiftError('MANIFEST_INVALID', { values: { digest, reason } });
}
