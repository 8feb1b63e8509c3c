import type { PackUse } from '@sealift/core/api';
import { compareVersions } from '@sealift/core/version';
import type { Cursor } from '../http/cursor.ts';

/** What uses a pack, with its place in the list. */
interface PlacedUse {
  readonly use: PackUse;
  readonly at: Cursor<number>;
}

const places = { layer: 0, dependency: 1, release: 2 } as const;

/** What runs first: layers, packs that name it, then releases from the newest on. */
export function inOrder(uses: readonly PackUse[]): readonly PlacedUse[] {
  const counts = new Map<string, number>();
  const placed = uses.map((use): PlacedUse => {
    if (use.kind === 'layer') return { use, at: { place: places.layer, id: use.layer } };
    if (use.kind === 'release') {
      return { use, at: { place: places.release, id: `${use.release} ${use.product}` } };
    }
    // A pack may name another one several times.
    const count = (counts.get(use.pack) ?? 0) + 1;
    counts.set(use.pack, count);
    return { use, at: { place: places.dependency, id: `${use.pack} ${count}` } };
  });
  return placed.toSorted((a, b) => compareCursors(a.at, b.at));
}

/** The order of the list; also of places that nothing stands at any more. */
export function compareCursors(a: Cursor<number>, b: Cursor<number>): number {
  if (a.place !== b.place) return a.place - b.place;
  if (a.place !== places.release) return compareTexts(a.id, b.id);
  const [[ownVersion, ownProduct], [version, product]] = [partsOf(a.id), partsOf(b.id)];
  return compareVersions(version, ownVersion) || compareTexts(ownVersion, version) || compareTexts(ownProduct, product);
}

/** A release by its version, which has no spaces, and its product. */
function partsOf(id: string): readonly [version: string, product: string] {
  const space = id.indexOf(' ');
  return space === -1 ? [id, ''] : [id.slice(0, space), id.slice(space + 1)];
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
