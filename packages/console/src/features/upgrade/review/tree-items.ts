import { isImageBump } from './image-bump.ts';
import type { GroupName, ReviewRow } from './review-rows.ts';

/** Rows of a group that are there at once; more come when they are asked for. */
const pageLength = 150;

/** A line of the list. */
export type TreeItem =
  | { readonly kind: 'group'; readonly key: string; readonly group: GroupName; readonly rows: readonly ReviewRow[] }
  | { readonly kind: 'images'; readonly key: string; readonly rows: readonly ReviewRow[] }
  | {
      readonly kind: 'row';
      readonly key: string;
      readonly row: ReviewRow;
      readonly level: number;
      readonly position: number;
      readonly size: number;
    }
  | { readonly kind: 'more'; readonly key: string; readonly of: string; readonly left: number };

/** What is opened in the list, and how far. */
export interface Opened {
  /** Keys of groups and of the row of images. */
  readonly open: ReadonlySet<string>;
  /** How many pages of a group are shown. */
  readonly pages: ReadonlyMap<string, number>;
}

export const imagesKey = 'images';
export const groups: readonly GroupName[] = ['needs-you', 'kept', 'release'];

/** A group's line, by which it is opened. */
export function groupKey(group: GroupName): string {
  return `group ${group}`;
}

/** What is opened at first: what needs a person, and what was kept of his. */
export const openedAtFirst: Opened = { open: new Set([groupKey('needs-you'), groupKey('kept')]), pages: new Map() };

/** The lines that are to be seen, from the top. */
export function treeItems(rows: readonly ReviewRow[], opened: Opened): readonly TreeItem[] {
  return groups.flatMap((group): readonly TreeItem[] => {
    const own = rows.filter((row) => row.group === group);
    if (own.length === 0 && group !== 'needs-you') return [];
    const key = groupKey(group);
    const heading: TreeItem = { kind: 'group', key, group, rows: own };
    if (!opened.open.has(key)) return [heading];
    const images = group === 'release' ? own.filter(isImageBump) : [];
    const others = images.length > 1 ? own.filter((row) => !isImageBump(row)) : own;
    const size = others.length + (images.length > 1 ? 1 : 0);
    const listed = page(others, { of: key, level: 2, size }, opened);
    if (images.length < 2) return [heading, ...listed];
    const bumps: TreeItem = { kind: 'images', key: imagesKey, rows: images };
    const below = opened.open.has(imagesKey)
      ? page(images, { of: imagesKey, level: 3, size: images.length }, opened)
      : [];
    return [heading, ...listed, bumps, ...below];
  });
}

function page(
  rows: readonly ReviewRow[],
  { of, level, size }: { readonly of: string; readonly level: number; readonly size: number },
  { pages }: Opened,
): readonly TreeItem[] {
  const shown = (pages.get(of) ?? 1) * pageLength;
  const items = rows
    .slice(0, shown)
    .map((row, index): TreeItem => ({ kind: 'row', key: row.key, row, level, position: index + 1, size }));
  if (rows.length <= shown) return items;
  return [...items, { kind: 'more', key: `more ${of}`, of, left: rows.length - shown }];
}

/** Opens or closes a group or the images. */
export function toggled({ open, pages }: Opened, key: string, wanted = !open.has(key)): Opened {
  const next = new Set(open);
  if (wanted) next.add(key);
  else next.delete(key);
  return { open: next, pages };
}

/** Shows one page more of a group. */
export function withMore({ open, pages }: Opened, of: string): Opened {
  return { open, pages: new Map([...pages, [of, (pages.get(of) ?? 1) + 1]]) };
}

/** Opens what has to be open, and as far as it has to be, for a row to be seen. */
export function opensTo(rows: readonly ReviewRow[], opened: Opened, key: string): Opened {
  const row = rows.find((one) => one.key === key);
  if (row === undefined) return opened;
  const images = rows.filter(isImageBump);
  const inImages = images.length > 1 && isImageBump(row);
  const of = inImages ? imagesKey : groupKey(row.group);
  const own = inImages
    ? images
    : rows.filter((one) => one.group === row.group && !(images.length > 1 && isImageBump(one)));
  const pages = Math.ceil((own.findIndex((one) => one.key === key) + 1) / pageLength);
  const all = toggled(inImages ? toggled(opened, imagesKey, true) : opened, groupKey(row.group), true);
  return { open: all.open, pages: new Map([...all.pages, [of, Math.max(pages, all.pages.get(of) ?? 1)]]) };
}
