import { setImmediate } from 'node:timers/promises';
import { newsOfReleases } from '@sealift/core/notification';
import type { InTurn } from '@sealift/io/in-turn';
import type { Insertable } from 'kysely';
import { recordNews } from '../outbox/record-news.ts';
import type { Db, Trx } from '../store/store.ts';
import type { Tables } from '../store/tables.ts';
import type { PackRow } from './pack-row.ts';
import type { Marker } from './read-marker.ts';

/** What one statement may bring: the embedded store works in this process, and holds its event loop as long as a statement takes. */
const rowsAtOnce = 10;
const charactersAtOnce = 100_000;

/** Where rows are stored. */
interface Storing {
  readonly db: Db;
  readonly storing: InTurn;
}

/** Stores packs that the catalogue does not have; the others stay. */
export async function storePacks({ db, storing }: Storing, rows: readonly PackRow[]): Promise<void> {
  // In one order: two statements that bring the same rows must not wait for each other.
  const sorted = rows.toSorted((a, b) => (a.digest < b.digest ? -1 : 1));
  for (const some of portionsOf(sorted, (row) => row.values_yaml.length + row.pack_json.length)) {
    await storing(() =>
      db
        .insertInto('catalogue_pack')
        .values(some)
        .onConflict((conflict) => conflict.column('digest').doNothing())
        .execute(),
    );
    await setImmediate();
  }
}

/**
 * Stores markers as they were verified, and has releases told that were not there. One that is there with another digest stays: two syncs may bring
 * the same version at once.
 *
 * @returns those that are stored
 */
export async function storeMarkers<One extends Marker>(
  { db, storing }: Storing,
  markers: readonly One[],
): Promise<One[]> {
  const stored = new Set<string>();
  const rows = markers.map(({ kind, name, version, digest, texts, keyId }) => {
    return { kind, name, row: { version, digest, ...texts, key_id: keyId, synced_at: new Date() } };
  });
  const packs = rows.filter(({ kind }) => kind === 'pack').map(({ name, row }) => ({ name, ...row }));
  for (const some of portionsOf(packs, (row) => row.release.length)) {
    const now = await storing(() =>
      db
        .insertInto('catalogue_pack_release')
        .values(some)
        .onConflict((conflict) =>
          conflict
            .columns(['name', 'version'])
            .doUpdateSet((row) => ({
              digest: row.ref('excluded.digest'),
              manifest: row.ref('excluded.manifest'),
              release: row.ref('excluded.release'),
              signature: row.ref('excluded.signature'),
              key_id: row.ref('excluded.key_id'),
              synced_at: row.ref('excluded.synced_at'),
            }))
            .where('catalogue_pack_release.digest', '=', (row) => row.ref('excluded.digest')),
        )
        .returning(['name', 'version'])
        .execute(),
    );
    for (const { name, version } of now) stored.add(JSON.stringify(['pack', name, version]));
    await setImmediate();
  }
  const releases = rows.filter(({ kind }) => kind === 'release').map(({ name, row }) => ({ product: name, ...row }));
  for (const some of portionsOf(releases, (row) => row.release.length)) {
    const kept = await storing(() => db.transaction().execute((trx) => storeReleases(trx, some)));
    for (const { product, version } of kept) stored.add(JSON.stringify(['release', product, version]));
    await setImmediate();
  }
  return markers.filter(({ kind, name, version }) => stored.has(JSON.stringify([kind, name, version])));
}

interface StoredRelease {
  readonly product: string;
  readonly version: string;
}

async function storeReleases(
  trx: Trx,
  releases: readonly Insertable<Tables['catalogue_release']>[],
): Promise<readonly StoredRelease[]> {
  const found: StoredRelease[] = [];
  const kept: StoredRelease[] = [];
  for (const release of releases) {
    const { product, version } = release;
    const known = await trx
      .selectFrom('catalogue_release')
      .select('version')
      .where('product', '=', product)
      .where('version', '=', version)
      .executeTakeFirst();
    const now = await trx
      .insertInto('catalogue_release')
      .values(release)
      .onConflict((conflict) =>
        conflict
          .columns(['product', 'version'])
          .doUpdateSet(release)
          .where('catalogue_release.digest', '=', release.digest),
      )
      .returning('version')
      .execute();
    if (now.length === 0) continue;
    kept.push({ product, version });
    if (known === undefined) found.push({ product, version });
  }
  if (found.length > 0) await recordNews(trx, newsOfReleases(found));
  return kept;
}

/** Rows in their order, so many at a time as one statement may bring; at least one. */
function* portionsOf<Row>(rows: readonly Row[], lengthOf: (row: Row) => number): Generator<Row[]> {
  let portion: Row[] = [];
  let length = 0;
  for (const row of rows) {
    if (portion.length > 0 && (portion.length >= rowsAtOnce || length + lengthOf(row) > charactersAtOnce)) {
      yield portion;
      [portion, length] = [[], 0];
    }
    portion.push(row);
    length += lengthOf(row);
  }
  if (portion.length > 0) yield portion;
}
