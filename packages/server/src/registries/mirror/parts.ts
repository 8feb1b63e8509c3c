import type { MirrorRequest } from '@sealift/core/api';
import { fromProblem, isSealiftError, SealiftError } from '@sealift/core/errors';
import { matchesGlob } from '@sealift/core/release';
import { readAttachmentTag } from '@sealift/oci/attachment-tags';
import { isDigest } from '@sealift/oci/digest';
import type { MirrorItem } from '@sealift/oci/mirror';
import { catalogRepository } from '@sealift/oci/reference';
import { packBase, repositoryAt, repositoryIn } from '../../catalogue/content-paths.ts';
import type { TaggedContent } from '../../catalogue/pinned-content.ts';
import { trustedKeys } from '../../catalogue/trusted-keys.ts';
import type { Db } from '../../store/store.ts';
import type { MirrorPlace } from './mirror-places.ts';

/** What is mirrored in one go, its tags put last. */
export interface MirrorPart {
  /** A release, a pack, or a repository. */
  readonly name: string;
  /** Whether tags of cosign are looked for; of a whole repository they are tags like any other. */
  readonly withCosignTags: boolean;
  /** In portions, so that a repository of very many tags takes little memory. */
  portions(): AsyncGenerator<readonly MirrorItem[]>;
}

/** More than a site has. */
const partLimit = 2000;
const tagsAtOnce = 100;

/**
 * What is to be mirrored: of the source's releases and packs those that were asked for, or repositories.
 *
 * @throws REGISTRY_NOT_FOUND where something that was asked for is not there; REGISTRY_LISTS_NOTHING; what the registry fails with
 */
export async function mirrorParts(
  db: Db,
  { from, to }: { readonly from: MirrorPlace; readonly to: MirrorPlace },
  { versions, repositories }: Pick<MirrorRequest, 'versions' | 'repositories'>,
): Promise<MirrorPart[]> {
  const parts =
    repositories.length > 0
      ? (await repositoriesOf(from, repositories)).map((one) => ofRepository(from, to, one))
      : (await markersOf(from, versions)).map((tag) => ofMarker(db, from, to, tag));
  if (parts.length <= partLimit) return parts;
  const values = { what: `what is to be mirrored from ${from.name}`, limit: partLimit };
  throw new SealiftError('REGISTRY_LIST_TOO_LONG', { values, place: from.client.registry });
}

/** The tags of markers; a version is looked for by the end of the tag, which reading the marker proves. */
async function markersOf({ name, content, client }: MirrorPlace, versions: readonly string[]): Promise<string[]> {
  const tags = await content.markers();
  if (tags.length === 0) throw nothing(`release in ${name}`, client.registry);
  const wanted = versions.map((version) => ({
    version,
    tags: tags.filter((tag) => tag.startsWith('release-') && tag.endsWith(`-${version.replaceAll('+', '_')}`)),
  }));
  const missing = wanted.find((one) => one.tags.length === 0);
  if (missing !== undefined) throw nothing(`release ${missing.version} in ${name}`, client.registry);
  return versions.length === 0 ? tags : [...new Set(wanted.flatMap((one) => one.tags))];
}

async function repositoriesOf({ name, client }: MirrorPlace, patterns: readonly string[]): Promise<string[]> {
  const plain = patterns.filter((pattern) => !/[*?]/.test(pattern));
  const globs = patterns.filter((pattern) => /[*?]/.test(pattern));
  const listed = globs.length === 0 ? [] : await client.listRepositories();
  if (listed === undefined) throw new SealiftError('REGISTRY_LISTS_NOTHING', { values: { name } });
  const found = globs.map((glob) => listed.filter((repository) => matchesGlob(repository, glob)));
  const missing = globs.find((_, index) => found[index]?.length === 0);
  if (missing !== undefined) throw nothing(`repository ${missing} in ${name}`, client.registry);
  return [...new Set([...plain, ...found.flat()])];
}

function ofRepository(from: MirrorPlace, to: MirrorPlace, repository: string): MirrorPart {
  const target = repositoryIn(to.paths, from.paths, repository);
  return {
    name: repository,
    withCosignTags: false,
    async *portions() {
      const tags = await from.client.listTags(repository);
      for (let at = 0; at < tags.length; at += tagsAtOnce) {
        const items: MirrorItem[] = [];
        for (const tag of tags.slice(at, at + tagsAtOnce)) {
          const found = await from.client.headManifest(repository, tag);
          if (found === undefined || isList(tag, found.digest)) continue;
          items.push({ name: `${repository}:${tag}`, digest: found.digest, from: repository, to: target, tag });
        }
        yield items;
      }
    },
  };
}

/** What refers to an image goes with it, and is listed anew where it goes. */
function isList(tag: string, digest: string): boolean {
  const attachment = readAttachmentTag(tag);
  return attachment?.isList === true && attachment.subject !== digest;
}

function ofMarker(db: Db, from: MirrorPlace, to: MirrorPlace, tag: string): MirrorPart {
  return {
    name: tag,
    withCosignTags: true,
    async *portions() {
      const [outcome] = await from.content.readMarkers(
        [tag],
        (await trustedKeys(db)).map((key) => key.encoded),
      );
      if (outcome === undefined) throw nothing(`tag ${tag}`, from.client.registry);
      if ('refused' in outcome) throw fromProblem(outcome.refused);
      const { digest, pins, missing } = outcome.found;
      refuseMissing(from, tag, missing);
      const items = await Promise.all(pins.map((pin) => pinnedItem(from, to, pin)));
      const repository = catalogRepository(packBase);
      const marker = { name: tag, digest, tag, requiresAll: true } as const;
      yield [
        ...items,
        { ...marker, from: repositoryAt(from.paths, repository), to: repositoryAt(to.paths, repository) },
      ];
    },
  };
}

function refuseMissing(
  { name, client }: MirrorPlace,
  tag: string,
  missing: readonly { readonly what: string }[],
): void {
  if (missing.length === 0) return;
  const named = missing.slice(0, 3).map(({ what }) => what);
  const part = `${named.join(', ')}${missing.length > 3 ? ` and ${missing.length - 3} more` : ''}`;
  throw new SealiftError('REGISTRY_LACKS', { values: { registry: name, part, name: tag }, place: client.registry });
}

/** Under its tag where that stands for the same content at the source: another release may have taken it over. */
async function pinnedItem(from: MirrorPlace, to: MirrorPlace, pin: TaggedContent): Promise<MirrorItem> {
  const { what: name, digest, tag, repository } = pin;
  if (!isDigest(digest)) throw new SealiftError('REGISTRY_NOT_FOUND', { values: { what: `digest ${digest}` } });
  const there = repositoryAt(from.paths, repository);
  const spareTag = digest.replace('sha256:', 'digest-');
  const isTagged = (await from.client.headManifest(there, tag))?.digest === digest;
  return {
    name,
    digest,
    from: there,
    to: repositoryAt(to.paths, repository),
    tag: isTagged ? tag : spareTag,
    spareTag,
  };
}

function nothing(what: string, place: string): SealiftError {
  return new SealiftError('REGISTRY_NOT_FOUND', { values: { what }, place });
}

/** Failures that concern one part, and not the registries or the way to them. */
export function isOfPart(error: unknown): error is SealiftError {
  return isSealiftError(error) && (ofOnePart.has(error.code) || error.code.startsWith('SIGNATURE_'));
}

const ofOnePart: ReadonlySet<string> = new Set([
  'REGISTRY_LACKS',
  'REGISTRY_NOT_FOUND',
  'REGISTRY_TAG_TAKEN',
  'REGISTRY_ARTIFACT_REFUSED',
  'MANIFEST_INVALID',
  'RELEASE_MARKER_INVALID',
  'CONTENT_DIGEST_MISMATCH',
  'CONTENT_LONG',
  'TAG_PINNED',
]);
