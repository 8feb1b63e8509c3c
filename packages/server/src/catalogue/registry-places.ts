import { setImmediate } from 'node:timers/promises';
import type { RegistryConflict } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import type { InTurn } from '@sealift/io/in-turn';
import { sql } from 'kysely';
import type { Db } from '../store/store.ts';
import type { Marker } from './read-marker.ts';

/** A release, or a pack released by itself, as a registry holds it. */
export type Place = Pick<Marker, 'kind' | 'name' | 'version' | 'digest'>;

/** Rows that one statement takes: the embedded store holds the event loop as long as one takes. */
const rowsAtOnce = 50;
/** More than anybody looks through. */
const conflictsShown = 50;

/** Writes down what a registry holds; what is not among it any more goes. */
export async function writePlaces(
  { db, storing }: { readonly db: Db; readonly storing: InTurn },
  registry: string,
  places: readonly Place[],
): Promise<void> {
  const wanted = new Map(places.map((place) => [keyOf(place), place]));
  const known = new Set(await readKeys(db, registry));
  const gone = [...known].filter((key) => !wanted.has(key)).map(placeOf);
  for (const { kind, name, version } of gone) {
    await storing(() =>
      db
        .deleteFrom('registry_content')
        .where('registry', '=', registry)
        .where('kind', '=', kind)
        .where('name', '=', name)
        .where('version', '=', version)
        .execute(),
    );
  }
  const added = [...wanted].filter(([key]) => !known.has(key)).map(([, place]) => place);
  for (let at = 0; at < added.length; at += rowsAtOnce) {
    const rows = added.slice(at, at + rowsAtOnce).map(({ kind, name, version, digest }) => {
      return { registry, kind, name, version, digest };
    });
    await storing(() =>
      db
        .insertInto('registry_content')
        .values(rows)
        .onConflict((conflict) =>
          conflict
            .columns(['registry', 'kind', 'name', 'version'])
            .doUpdateSet((row) => ({ digest: row.ref('excluded.digest') })),
        )
        .execute(),
    );
    await setImmediate();
  }
}

/** Another registry that holds this content under its version; undefined where none is known. */
export async function otherRegistry(db: Db, registry: string, place: Place): Promise<string | undefined> {
  const row = await db
    .selectFrom('registry_content')
    .select('registry')
    .where('registry', '!=', registry)
    .where('kind', '=', place.kind)
    .where('name', '=', place.name)
    .where('version', '=', place.version)
    .where('digest', '=', place.digest)
    .orderBy('registry')
    .executeTakeFirst();
  return row?.registry;
}

/** Versions that registries hold as different content. */
export async function registryConflicts(db: Db): Promise<RegistryConflict[]> {
  const versions = await db
    .selectFrom('registry_content')
    .select(['kind', 'name', 'version'])
    .groupBy(['kind', 'name', 'version'])
    .having(sql<number>`count(distinct digest)`, '>', 1)
    .orderBy('kind', 'desc')
    .orderBy('name')
    .orderBy('version')
    .limit(conflictsShown)
    .execute();
  const conflicts: RegistryConflict[] = [];
  for (const { kind, name, version } of versions) {
    const taken = await digestInCatalogue(db, { kind, name, version });
    const places = await placesOf(db, { kind, name, version });
    conflicts.push({
      kind: kind === 'pack' ? 'pack' : 'release',
      name,
      version,
      places: places.map((place) => ({ ...place, inCatalogue: place.digest === taken })),
    });
  }
  return conflicts;
}

/** Nobody upgrades to a version of which it is not known which content is meant. @throws RELEASE_IN_TWO_REGISTRIES */
export async function refuseConflict(db: Db, product: string, version: string): Promise<void> {
  const places = await placesOf(db, { kind: 'release', name: product, version });
  const [first] = places;
  const second = places.find(({ digest }) => digest !== first?.digest);
  if (first === undefined || second === undefined) return;
  const values = {
    version,
    registry: first.registry,
    digest: first.digest,
    other: second.registry,
    otherDigest: second.digest,
  };
  throw new SealiftError('RELEASE_IN_TWO_REGISTRIES', { values });
}

interface Version {
  readonly kind: string;
  readonly name: string;
  readonly version: string;
}

async function placesOf(db: Db, { kind, name, version }: Version): Promise<{ registry: string; digest: string }[]> {
  return await db
    .selectFrom('registry_content')
    .select(['registry', 'digest'])
    .where('kind', '=', kind)
    .where('name', '=', name)
    .where('version', '=', version)
    .orderBy('registry')
    .execute();
}

async function digestInCatalogue(db: Db, { kind, name, version }: Version): Promise<string | undefined> {
  const row =
    kind === 'pack'
      ? await db
          .selectFrom('catalogue_pack_release')
          .select('digest')
          .where('name', '=', name)
          .where('version', '=', version)
          .executeTakeFirst()
      : await db
          .selectFrom('catalogue_release')
          .select('digest')
          .where('product', '=', name)
          .where('version', '=', version)
          .executeTakeFirst();
  return row?.digest;
}

/** As one text: thousands of rows by themselves cost the event loop ten times as much. */
async function readKeys(db: Db, registry: string): Promise<string[]> {
  const { text } = await db
    .selectFrom('registry_content')
    .select(sql<string | null>`string_agg(digest || ' ' || kind || ' ' || version || ' ' || name, E'\n')`.as('text'))
    .where('registry', '=', registry)
    .executeTakeFirstOrThrow();
  return text === null ? [] : text.split('\n');
}

/** Only a name may hold spaces. */
function keyOf({ digest, kind, version, name }: Place): string {
  return `${digest} ${kind} ${version} ${name}`;
}

function placeOf(key: string): Version {
  const [, kind = '', version = '', ...name] = key.split(' ');
  return { kind, version, name: name.join(' ') };
}
