import type { MarkerSource } from '@sealift/bundle/marker-source';
import { type PublicKey, parsePublicKey } from '@sealift/bundle/minisign';
import { isSealiftError, type Problem, SealiftError, toProblem } from '@sealift/core/errors';
import { type Digest, parseDigest } from '@sealift/oci/digest';
import { catalogRepository } from '@sealift/oci/reference';
import { ContentCheck } from '@sealift/oci/verify-stream';
import { FolderReader } from '@sealift/registry/folder-reader';
import { isContentDigest } from '@sealift/registry/content-digest';
import type { PinnedContent } from './pinned-content.ts';
import { type Marker, readMarker } from './read-marker.ts';
import { archiveLimitBytes, type PackSource, type PinnedPack, readPack } from './pack-content.ts';
import { type PackRow, packRow } from './pack-row.ts';

/** Where the content lies: a registry's folder, and the path of the packs below that registry. */
export interface ContentPlace {
  readonly folder: string;
  readonly base: string;
}

/** What was read, or why it cannot be taken. */
export type Outcome<Found> = { readonly found: Found } | { readonly refused: Problem };

/** A marker with what of its pins is not where it is. */
export interface MarkerRead extends Marker {
  readonly missing: readonly PinnedContent[];
}

/** A marker that was read before, and what it pins. */
export interface MarkerBefore extends Pick<MarkerRead, 'digest'> {
  readonly tag: string;
  readonly pins: readonly PinnedContent[];
}

/** More is read with the next question, so that no answer takes much memory. In characters. */
export const packTextsAtOnce = 4_000_000;

/** The tags of all markers, in code unit order. */
export function listMarkers({ folder, base }: ContentPlace): string[] {
  return new FolderReader(folder).tags(catalogRepository(base)).filter((tag) => /^(?:release|pack)-/.test(tag));
}

/** Of pinned content what is not there, undamaged and whole. */
export function absent({ folder, pins }: ContentPlace & { readonly pins: readonly PinnedContent[] }): PinnedContent[] {
  return absentOf(new FolderReader(folder), pins);
}

/** Whether each marker still is what its tag stands for, whole, and everything there that it pins. */
export function lookAgain(place: ContentPlace & { readonly markers: readonly MarkerBefore[] }): boolean[] {
  const reader = new FolderReader(place.folder);
  const repository = catalogRepository(place.base);
  return place.markers.map(({ tag, digest, pins }) => {
    const outcome = attempt(
      () =>
        reader.tagged(repository, tag) === digest &&
        reader.holds(repository, digest) &&
        pins.every((pin) => holds(reader, pin)),
    );
    // What cannot be read now is read from its beginning, which tells why.
    return 'found' in outcome && outcome.found;
  });
}

/**
 * Reads the markers behind tags: signature first, then that they belong to their tags, then which of what they pin is there.
 *
 * @param place with the public keys that are trusted, as in their files
 */
export async function readMarkers(
  place: ContentPlace & { readonly tags: readonly string[]; readonly keys: readonly string[] },
): Promise<Outcome<MarkerRead>[]> {
  const reader = new FolderReader(place.folder);
  const keys = place.keys.map((key) => parsePublicKey(key, 'a trusted key'));
  const outcomes: Outcome<MarkerRead>[] = [];
  for (const tag of place.tags) outcomes.push(await attemptAsync(() => readMarkerThere(reader, place.base, tag, keys)));
  return outcomes;
}

/** Reads packs by the digests that their releases pin, from the first on, as far as one answer goes: at least one. */
export async function readPacks(
  place: ContentPlace & { readonly packs: readonly PinnedPack[] },
): Promise<Outcome<PackRow>[]> {
  const source = packsInFolder(new FolderReader(place.folder));
  const outcomes: Outcome<PackRow>[] = [];
  let length = 0;
  for (const pinned of place.packs) {
    if (length > packTextsAtOnce) break;
    const outcome = await attemptAsync(async () => packRow(pinned, await readPack(source, place.base, pinned)));
    outcomes.push(outcome);
    if ('found' in outcome) length += outcome.found.values_yaml.length + outcome.found.pack_json.length;
  }
  return outcomes;
}

async function readMarkerThere(
  reader: FolderReader,
  base: string,
  tag: string,
  keys: readonly PublicKey[],
): Promise<MarkerRead> {
  const repository = catalogRepository(base);
  const found = reader.tagged(repository, tag);
  if (found === undefined) throw notFound(`tag ${tag}`);
  const marker = await readMarker(markersInFolder(reader, repository), { base, tag, digest: parseDigest(found), keys });
  return { ...marker, missing: absentOf(reader, marker.pins) };
}

function markersInFolder(reader: FolderReader, repository: string): MarkerSource {
  return {
    manifest: (digest) => attemptPromise(() => manifestIn(reader, repository, digest).bytes),
    blob: (digest) => attemptPromise(() => chunkOf(blobIn(reader, repository, digest, markerLimitBytes))),
  };
}

/** As much as who reads a marker takes of it. */
const markerLimitBytes = 8 * 1024 * 1024;

function packsInFolder(reader: FolderReader): PackSource {
  return {
    manifest: (repository, digest) => attemptPromise(() => manifestIn(reader, repository, digest).bytes),
    archive: (repository, { digest, size }) =>
      attemptPromise(() => {
        const bytes = blobIn(reader, repository, digest, archiveLimitBytes);
        const check = new ContentCheck({ digest, size });
        check.update(bytes);
        check.end();
        return bytes;
      }),
  };
}

function manifestIn(reader: FolderReader, repository: string, digest: Digest) {
  const manifest = reader.manifest(repository, digest);
  if (manifest === undefined) throw notFound(`manifest ${repository}@${digest}`);
  return manifest;
}

function blobIn(reader: FolderReader, repository: string, digest: Digest, limitBytes: number): Buffer {
  const bytes = reader.blob(repository, digest, limitBytes);
  if (bytes === undefined) throw notFound(`blob ${digest} in ${repository}`);
  return bytes;
}

function absentOf(reader: FolderReader, pins: readonly PinnedContent[]): PinnedContent[] {
  return pins.filter((pin) => !holds(reader, pin)).toSorted((a, b) => (a.what < b.what ? -1 : 1));
}

function holds(reader: FolderReader, { repository, digest }: PinnedContent): boolean {
  return isContentDigest(digest) && reader.holds(repository, digest);
}

function notFound(what: string): SealiftError {
  return new SealiftError('REGISTRY_NOT_FOUND', { values: { what } });
}

async function* chunkOf(bytes: Buffer): AsyncGenerator<Buffer> {
  yield await Promise.resolve(bytes);
}

/** A failure of the work as one of the promise. */
async function attemptPromise<Result>(work: () => Result): Promise<Result> {
  return await Promise.resolve().then(work);
}

function attempt<Found>(work: () => Found): Outcome<Found> {
  try {
    return { found: work() };
  } catch (error) {
    return refusedBy(error);
  }
}

async function attemptAsync<Found>(work: () => Promise<Found>): Promise<Outcome<Found>> {
  try {
    return { found: await work() };
  } catch (error) {
    return refusedBy(error);
  }
}

/** @throws what is no refusal but a mistake of ours */
function refusedBy(error: unknown): { readonly refused: Problem } {
  if (!isSealiftError(error)) throw error;
  return { refused: toProblem(error) };
}
