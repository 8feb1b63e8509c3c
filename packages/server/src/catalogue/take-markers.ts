import type { PublicKey } from '@sealift/bundle/minisign';
import type { SyncState } from '@sealift/core/api';
import { fromProblem, type Problem, SealiftError } from '@sealift/core/errors';
import type { InTurn } from '@sealift/io/in-turn';
import type { Db } from '../store/store.ts';
import type { CatalogueContent } from './catalogue-content.ts';
import { describeMissing } from './completeness.ts';
import type { KnownCatalogue } from './known-catalogue.ts';
import type { PinnedPack } from './pack-content.ts';
import type { ProvenMarkers } from './proven-markers.ts';
import type { MarkerRead } from './read-content.ts';
import { refusalOf } from './sync-state.ts';
import { storeMarkers, storePacks } from './store-rows.ts';

/** What taking markers into the catalogue needs. */
export interface TakingParts {
  readonly db: Db;
  readonly content: CatalogueContent;
  readonly known: KnownCatalogue;
  readonly keys: readonly PublicKey[];
  readonly proven: ProvenMarkers;
  /** Statements that store something are run in turn, so that whoever reads meanwhile waits for one of them at most. */
  readonly storing: InTurn;
}

/** What became of a marker: it is in the catalogue, or was refused. */
export type Taken =
  | { readonly kind: MarkerRead['kind']; readonly isNew: boolean }
  | { readonly refused: SyncState['refused'][number] };

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
  const taken: Taken[] = unchanged.map(({ kind }) => ({ kind, isNew: false }));
  const same = new Set(unchanged.map(({ tag }) => tag));
  const others = tags.filter((tag) => !same.has(tag));
  if (others.length === 0) return taken;
  const accepted: Found[] = [];
  const encoded = keys.map((key) => key.encoded);
  for (const [index, outcome] of (await content.readMarkers(others, encoded)).entries()) {
    const tag = others[index] ?? '';
    const refused = 'refused' in outcome ? fromProblem(outcome.refused) : refusalFor(tag, outcome.found, known);
    if (refused !== undefined) taken.push({ refused: refusalOf(tag, refused) });
    else if ('found' in outcome) accepted.push({ tag, marker: outcome.found });
  }
  const failed = await takePacks(parts, accepted);
  const whole = accepted.filter(({ tag, marker }) => {
    const problem = marker.packs.map((pack) => failed.get(keyOf(pack))).find((one) => one !== undefined);
    if (problem !== undefined) taken.push({ refused: refusalOf(tag, fromProblem(problem)) });
    return problem === undefined;
  });
  await storeMarkers(
    parts,
    whole.map(({ marker }) => marker),
  );
  for (const { tag, marker } of whole) {
    proven.add(tag, marker, keys);
    taken.push({ kind: marker.kind, isNew: known.digestOf(marker) === undefined });
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
function refusalFor(tag: string, marker: MarkerRead, known: KnownCatalogue): SealiftError | undefined {
  const { kind, name, version, digest, missing } = marker;
  const label = kind === 'pack' ? `${name} ${version}` : version;
  const before = known.digestOf(marker);
  if (before !== undefined && before !== digest)
    return new SealiftError('RELEASE_CHANGED', { values: { version: label } });
  if (missing.length === 0) return undefined;
  const values = { version: label, missing: describeMissing(missing) };
  return new SealiftError('RELEASE_INCOMPLETE', { place: tag, values });
}

/** Reads the packs that the catalogue does not have. @returns why, for each that cannot be taken */
async function takePacks(parts: TakingParts, found: readonly Found[]): Promise<Map<string, Problem>> {
  const { content, known } = parts;
  const unknown = found.flatMap(({ marker }) => marker.packs).filter(({ digest }) => !known.hasPack(digest));
  const wanted = [...new Map(unknown.map((pack) => [keyOf(pack), pack])).values()];
  const failed = new Map<string, Problem>();
  for (let at = 0; at < wanted.length; ) {
    const asked = wanted.slice(at, at + packsAtOnce);
    const outcomes = await content.readPacks(asked);
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
