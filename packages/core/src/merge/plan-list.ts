import { alignWithBase, type SideEdits } from './align.ts';

/** One place of a merged list, as indices into the three lists; `unit` when two replacements meet and neither may be taken apart. */
export interface Slot {
  readonly base?: number;
  readonly current?: number;
  readonly incoming?: number;
  readonly unit: boolean;
}

/** Three lists as numbers that stand for values. */
export interface Lists {
  readonly base: readonly number[];
  readonly current: readonly number[];
  readonly incoming: readonly number[];
}

/**
 * Lines up three lists whose items have no identity, by equality alone. Edits of different items both stay; additions in
 * one gap come incoming's first.
 *
 * @returns undefined when that cannot be done without guessing
 */
export function planByEquality(lists: Lists): readonly Slot[] | undefined {
  const early = planOnce(lists, false);
  if (early === undefined) return undefined;
  const late = planOnce(lists, true);
  if (late === undefined || outcome(early, lists) !== outcome(late, lists)) return undefined;
  return early;
}

/**
 * Whether one side changed or removed an item and the other side one beside it. Without an identity such items may belong together, as
 * the arguments of a command do.
 */
export function editsTouch(slots: readonly Slot[], { base, current, incoming }: Lists): boolean {
  let before = { site: false, release: false };
  for (const slot of slots) {
    if (slot.base === undefined) continue;
    const edited = (side: readonly number[], index: number | undefined): boolean =>
      index === undefined || side[index] !== base[slot.base ?? -1];
    const now = { site: edited(current, slot.current), release: edited(incoming, slot.incoming) };
    if (before.site !== before.release && now.site !== now.release && before.site !== now.site) return true;
    before = now;
  }
  return false;
}

/** The values of the merged list as the slots would make it, as text to compare. */
function outcome(slots: readonly Slot[], lists: Lists): string {
  const values: string[] = [];
  for (const slot of slots) {
    const base = slot.base === undefined ? undefined : lists.base[slot.base];
    const current = slot.current === undefined ? undefined : lists.current[slot.current];
    const incoming = slot.incoming === undefined ? undefined : lists.incoming[slot.incoming];
    const value =
      base === current ? incoming : base === incoming || current === incoming ? current : `${current}!${incoming}`;
    if (value !== undefined) values.push(String(value));
  }
  return values.join(' ');
}

function planOnce(lists: Lists, late: boolean): readonly Slot[] | undefined {
  const current = alignWithBase(lists.base, lists.current, late);
  const incoming = alignWithBase(lists.base, lists.incoming, late);
  if (current === undefined || incoming === undefined) return undefined;
  const alike =
    lists.current.length === lists.incoming.length && lists.current.every((v, at) => v === lists.incoming[at]);
  if (!alike && movedAcross(lists, current, incoming)) return undefined;
  const slots: Slot[] = [];
  for (let gap = 0; gap <= lists.base.length; gap += 1) {
    const additions = additionsAt(gap, lists, current, incoming);
    if (additions === undefined) return undefined;
    slots.push(...additions);
    if (gap === lists.base.length) break;
    const slot = slotOf(gap, current, incoming);
    if (slot === undefined && !alike) return undefined;
    if (slot !== undefined) slots.push(slot);
    else slots.push({ base: gap, unit: false });
  }
  return slots;
}

function additionsAt(gap: number, lists: Lists, current: SideEdits, incoming: SideEdits): readonly Slot[] | undefined {
  const ofCurrent = current.added[gap] ?? [];
  const ofIncoming = incoming.added[gap] ?? [];
  if (ofCurrent.length > 0 && incoming.inside[gap] === true) return undefined;
  if (ofIncoming.length > 0 && current.inside[gap] === true) return undefined;
  const left = [...ofCurrent];
  const slots: Slot[] = [];
  for (const index of ofIncoming) {
    const same = left.findIndex((other) => lists.current[other] === lists.incoming[index]);
    if (same === -1) slots.push({ incoming: index, unit: false });
    else slots.push({ incoming: index, current: left.splice(same, 1)[0] ?? 0, unit: false });
  }
  return [...slots, ...left.map((index): Slot => ({ current: index, unit: false }))];
}

function slotOf(item: number, current: SideEdits, incoming: SideEdits): Slot | undefined {
  const ofCurrent = current.fate[item];
  const ofIncoming = incoming.fate[item];
  if (ofCurrent === undefined || ofIncoming === undefined) return undefined;
  const rewritten = ofCurrent.kind === 'rewritten' || ofIncoming.kind === 'rewritten';
  if (rewritten && ofCurrent.kind !== 'kept' && ofIncoming.kind !== 'kept') return undefined;
  return {
    base: item,
    ...(ofCurrent.index === -1 ? {} : { current: ofCurrent.index }),
    ...(ofIncoming.index === -1 ? {} : { incoming: ofIncoming.index }),
    unit: ofCurrent.kind === 'replaced' && ofIncoming.kind === 'replaced',
  };
}

/** Whether an item that one side moved was touched by the other, or both put the same value in different places. */
function movedAcross(lists: Lists, current: SideEdits, incoming: SideEdits): boolean {
  const ofCurrent = touched(lists.base, lists.current, current);
  const ofIncoming = touched(lists.base, lists.incoming, incoming);
  const touches = (value: number, by: Touched): boolean => by.gone.has(value) || by.put.has(value);
  for (const value of ofCurrent.put.keys()) {
    if (ofCurrent.gone.has(value) && touches(value, ofIncoming)) return true;
    const where = ofIncoming.put.get(value);
    if (where !== undefined && where !== ofCurrent.put.get(value)) return true;
  }
  for (const value of ofIncoming.put.keys()) {
    if (ofIncoming.gone.has(value) && touches(value, ofCurrent)) return true;
  }
  return false;
}

interface Touched {
  readonly gone: ReadonlySet<number>;
  /** Each value put in, with the place. */
  readonly put: ReadonlyMap<number, string>;
}

function touched(base: readonly number[], side: readonly number[], edits: SideEdits): Touched {
  const gone = new Set<number>();
  const put = new Map<number, string>();
  const note = (index: number, place: string): void => {
    const value = side[index];
    if (value !== undefined) put.set(value, put.has(value) ? 'several places' : place);
  };
  for (const [item, fate] of edits.fate.entries()) {
    const value = base[item];
    if (fate === undefined || fate.kind === 'kept' || value === undefined) continue;
    gone.add(value);
    if (fate.kind === 'replaced') note(fate.index, `item ${item}`);
  }
  for (const [gap, indices] of edits.added.entries()) for (const index of indices) note(index, `gap ${gap}`);
  return { gone, put };
}
