import type { PublicKey } from '@sealift/bundle/minisign';
import type { SyncState } from '@sealift/core/api';
import { fromProblem, isSealiftError, type Problem, SealiftError, toProblem } from '@sealift/core/errors';
import type { InTurn } from '@sealift/io/in-turn';
import { parseDigest } from '@sealift/oci/digest';
import type { Db } from '../store/store.ts';
import type { CatalogueContent } from './catalogue-content.ts';
import { describeMissing } from './completeness.ts';
import type { KnownCatalogue } from './known-catalogue.ts';
import type { PinnedPack } from './pack-content.ts';
import type { PackRow } from './pack-row.ts';
import type { PinnedContent } from './pinned-content.ts';
import type { ProvenMarkers } from './proven-markers.ts';
import type { MarkerRead, Outcome } from './read-content.ts';
import type { Marker } from './read-marker.ts';
import { otherRegistry, type Place } from './registry-places.ts';
import { refusalOf } from './sync-state.ts';
import { storeMarkers, storePacks } from './store-rows.ts';

/** The other registries: what one lacks may be in another. */
export interface Elsewhere {
  /** Of pinned content what none of them holds, for people. @throws REGISTRY_AWAY */
  missing(pins: readonly PinnedContent[]): Promise<string[]>;
  /** A pack as the catalogue keeps it. @throws REGISTRY_NOT_FOUND, and as reading a pack does */
  readPack(pack: PinnedPack): Promise<PackRow>;
}

/** What taking markers into the catalogue needs. */
export interface TakingParts {
  readonly db: Db;
  /** The name of the registry that they are in. */
  readonly registry: string;
  readonly elsewhere: Elsewhere;
  readonly content: CatalogueContent;
  readonly known: KnownCatalogue;
  readonly keys: readonly PublicKey[];
  readonly proven: ProvenMarkers;
  /** Statements that store something are run in turn, so that whoever reads meanwhile waits for one of them at most. */
  readonly storing: InTurn;
}

/** What became of a marker: it is in the catalogue, or was refused; with what it is where its signature holds. */
export type Taken =
  | { readonly kind: Marker['kind']; readonly isNew: boolean; readonly place: Place }
  | { readonly refused: SyncState['refused'][number]; readonly place?: Place };

/** Packs asked for at a time. */
const packsAtOnce = 100;

interface Found {
  readonly tag: string;
  readonly marker: MarkerRead;
}

/**
 * Takes the releases and packs behind tags into the catalogue: signature first, then that everything they pin is there, then their packs. Each is taken
 * whole or not at all, one that cannot be taken does not hinder the others, and the same again changes nothing.
 */
export async function takeMarkers(parts: TakingParts, tags: readonly string[]): Promise<Taken[]> {
  const { content, known, keys, proven } = parts;
  const unchanged = await unchangedOf(parts, tags);
  const taken: Taken[] = unchanged.map((place) => ({ kind: place.kind, isNew: false, place: placeOf(place) }));
  const same = new Set(unchanged.map(({ tag }) => tag));
  const others = tags.filter((tag) => !same.has(tag));
  if (others.length === 0) return taken;
  const accepted: Found[] = [];
  const encoded = keys.map((key) => key.encoded);
  for (const [index, outcome] of (await content.readMarkers(others, encoded)).entries()) {
    const tag = others[index] ?? '';
    if ('refused' in outcome) {
      taken.push({ refused: refusalOf(tag, fromProblem(outcome.refused)) });
      continue;
    }
    const marker = outcome.found;
    const refused = await refusalFor(parts, tag, marker);
    if (refused === undefined) accepted.push({ tag, marker });
    else taken.push({ refused: refusalOf(tag, refused), place: placeOf(marker) });
  }
  const failed = await takePacks(parts, accepted);
  const whole = accepted.filter(({ tag, marker }) => {
    const problem = marker.packs.map((pack) => failed.get(keyOf(pack))).find((one) => one !== undefined);
    if (problem !== undefined) taken.push({ refused: refusalOf(tag, fromProblem(problem)), place: placeOf(marker) });
    return problem === undefined;
  });
  const stored = await storeMarkers(
    parts,
    whole.map(({ marker }) => marker),
  );
  for (const { tag, marker } of whole) {
    if (!stored.includes(marker)) {
      // Another sync took the same version with other content meanwhile.
      const changed = new SealiftError('RELEASE_CHANGED', { values: { version: labelOf(marker) } });
      taken.push({ refused: refusalOf(tag, changed), place: placeOf(marker) });
      continue;
    }
    proven.add(tag, marker, keys);
    taken.push({ kind: marker.kind, isNew: known.digestOf(marker) === undefined, place: placeOf(marker) });
  }
  return taken;
}

/** The markers that were taken before, are the same still, and whole. */
async function unchangedOf({ content, known, keys, proven }: TakingParts, tags: readonly string[]) {
  const before = tags.flatMap((tag) => proven.before(tag, known, keys) ?? []);
  if (before.length === 0) return [];
  const same = await content.lookAgain(before);
  return before.filter((_, index) => same[index] === true);
}

/** Why a marker that was read is not taken. */
async function refusalFor(
  { db, known, registry, elsewhere }: TakingParts,
  tag: string,
  marker: MarkerRead,
): Promise<SealiftError | undefined> {
  const { digest, missing } = marker;
  const version = labelOf(marker);
  const before = known.digestOf(marker);
  if (before !== undefined && before !== digest) {
    const other = await otherRegistry(db, registry, { ...marker, digest: parseDigest(before) });
    if (other === undefined) return new SealiftError('RELEASE_CHANGED', { values: { version } });
    const values = { version, registry, digest, other, otherDigest: before };
    return new SealiftError('RELEASE_IN_TWO_REGISTRIES', { place: tag, values });
  }
  if (missing.length === 0) return undefined;
  try {
    const nowhere = await elsewhere.missing(missing);
    if (nowhere.length === 0) return undefined;
    return new SealiftError('RELEASE_INCOMPLETE', {
      place: tag,
      values: { version, missing: describeMissing(nowhere) },
    });
  } catch (error) {
    if (isSealiftError(error, 'REGISTRY_AWAY')) return error;
    throw error;
  }
}

/** A whole marker would be kept in memory until the end of the sync. */
function placeOf({ kind, name, version, digest }: Place): Place {
  return { kind, name, version, digest };
}

function labelOf({ kind, name, version }: Marker): string {
  return kind === 'pack' ? `${name} ${version}` : version;
}

/** Reads the packs that the catalogue does not have. @returns why, for each that cannot be taken */
async function takePacks(parts: TakingParts, found: readonly Found[]): Promise<Map<string, Problem>> {
  const { content, known, elsewhere } = parts;
  const unknown = found.flatMap(({ marker }) => marker.packs).filter(({ digest }) => !known.hasPack(digest));
  const wanted = [...new Map(unknown.map((pack) => [keyOf(pack), pack])).values()];
  const failed = new Map<string, Problem>();
  for (let at = 0; at < wanted.length; ) {
    const asked = wanted.slice(at, at + packsAtOnce);
    const outcomes = await Promise.all(
      (await content.readPacks(asked)).map((outcome, index) => orElsewhere(elsewhere, asked[index], outcome)),
    );
    for (const [index, outcome] of outcomes.entries()) {
      const pack = asked[index];
      if (pack !== undefined && 'refused' in outcome) failed.set(keyOf(pack), outcome.refused);
    }
    const rows = outcomes.flatMap((outcome) => ('found' in outcome ? [outcome.found] : []));
    await storePacks(parts, rows);
    for (const { digest } of rows) known.addPack(digest);
    at += outcomes.length;
  }
  return failed;
}

function keyOf({ digest, name, version }: PinnedPack): string {
  return `${digest} ${name} ${version}`;
}

/** A pack that this registry lacks may be in another one. */
async function orElsewhere(
  elsewhere: Elsewhere,
  pack: PinnedPack | undefined,
  outcome: Outcome<PackRow>,
): Promise<Outcome<PackRow>> {
  if ('found' in outcome || pack === undefined || outcome.refused.code !== 'REGISTRY_NOT_FOUND') return outcome;
  try {
    return { found: await elsewhere.readPack(pack) };
  } catch (error) {
    if (!isSealiftError(error)) throw error;
    return { refused: toProblem(error) };
  }
}
