import { setImmediate } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Db } from '../store/store.ts';
import type { MarkerRead } from './read-content.ts';

/** Rows that are put into one text at a time: thousands of rows by themselves would hold the event loop for long. */
const rowsAtOnce = 2000;

/** What the catalogue has, as far as a sync has to know. */
export class KnownCatalogue {
  readonly #markers: Map<string, string>;
  readonly #packs: Set<string>;

  private constructor(markers: Map<string, string>, packs: Set<string>) {
    this.#markers = markers;
    this.#packs = packs;
  }

  static async read(db: Db): Promise<KnownCatalogue> {
    const markers = new Map<string, string>();
    const releases = await db.selectFrom('catalogue_release').select(['product', 'version', 'digest']).execute();
    for (const { product, version, digest } of releases) {
      markers.set(keyOf({ kind: 'release', name: product, version }), digest);
    }
    for await (const page of pagesOf(db, 'catalogue_pack_release')) {
      for (const { digest, name, version } of page) markers.set(keyOf({ kind: 'pack', name, version }), digest);
    }
    const packs = new Set<string>();
    for await (const page of pagesOf(db, 'catalogue_pack')) for (const { digest } of page) packs.add(digest);
    return new KnownCatalogue(markers, packs);
  }

  /** The digest of the marker under which a release or a pack is in the catalogue. */
  digestOf(subject: Pick<MarkerRead, 'kind' | 'name' | 'version'>): string | undefined {
    return this.#markers.get(keyOf(subject));
  }

  hasPack(digest: string): boolean {
    return this.#packs.has(digest);
  }

  addPack(digest: string): void {
    this.#packs.add(digest);
  }
}

function keyOf({ kind, name, version }: Pick<MarkerRead, 'kind' | 'name' | 'version'>): string {
  return JSON.stringify([kind, name, version]);
}

/** Digest, name and version of every row, none of which holds a space; one text a page, which costs a tenth of so many rows. */
async function* pagesOf(
  db: Db,
  table: 'catalogue_pack' | 'catalogue_pack_release',
): AsyncGenerator<{ readonly digest: string; readonly name: string; readonly version: string }[]> {
  for (let after = ''; ; ) {
    const page = db
      .selectFrom(table)
      .select(['digest', 'name', 'version'])
      .where('digest', '>', after)
      .orderBy('digest')
      .limit(rowsAtOnce)
      .as('page');
    const { text } = await db
      .selectFrom(page)
      .select(sql<string | null>`string_agg(digest || ' ' || name || ' ' || version, E'\n' order by digest)`.as('text'))
      .executeTakeFirstOrThrow();
    if (text === null) return;
    const rows = text.split('\n').map((line) => {
      const [digest = '', name = '', version = ''] = line.split(' ');
      return { digest, name, version };
    });
    yield rows;
    if (rows.length < rowsAtOnce) return;
    after = rows.at(-1)?.digest ?? '';
    await setImmediate();
  }
}
