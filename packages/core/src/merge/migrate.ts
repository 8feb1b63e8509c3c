import { SealiftError } from '../errors/index.ts';
import type { Migration } from '../release/release.ts';
import { adapt, reads } from './layout.ts';
import { parseText } from './parse.ts';
import { layoutOf, leadOf, mainOf, newlineOf, piece } from './pieces.ts';
import { type Edit, TrackedText } from './tracked-text.ts';
import type { BlockNode, Entry, TextTree, TreeNode } from './tree.ts';
import type { MergePath } from './types.ts';

/** One value that a release moved; `drop`s change no text, they only explain a removal. */
export interface Move {
  readonly pointer: string;
  readonly from: readonly string[];
  readonly to: readonly string[];
}

export interface MigratedTexts {
  readonly base: TrackedText;
  readonly current: TrackedText;
  readonly moves: readonly Move[];
  readonly drops: readonly (readonly string[])[];
}

/**
 * Applies a release's migrations to base and current, so that a value which moved stands at its new place in all three
 * texts. Where the new place does not exist yet, what surrounds it comes from incoming.
 *
 * @throws SealiftError MERGE_MIGRATION_INVALID when incoming has nothing at a new place, or it cannot be written there
 */
export function migrate(
  texts: { readonly base: TrackedText; readonly current: TrackedText; readonly incoming: string },
  migrations: readonly Migration[],
): MigratedTexts {
  let { base, current } = texts;
  const moves: Move[] = [];
  const drops: (readonly string[])[] = [];
  if (migrations.length === 0) return { base, current, moves, drops };
  const incoming = parseText(texts.incoming, 'incoming');
  for (const migration of migrations) {
    if ('drop' in migration) {
      drops.push(tokensOf(migration.drop.path));
      continue;
    }
    const done: Move[] = [];
    for (const move of movesOf(migration)) {
      const nextBase = carry(base, 'base', move, incoming);
      // A base that is already arranged like the release is left alone, and then nothing has moved.
      if (nextBase === base) continue;
      base = nextBase;
      current = carry(current, 'current', move, incoming);
      done.push(move);
    }
    const first = done[0];
    if (first === undefined) continue;
    base = without(base, 'base', first.from);
    current = without(current, 'current', first.from);
    moves.push(...done);
  }
  return { base, current, moves, drops };
}

/** JSON Pointer (RFC 6901) into its reference tokens. */
export function tokensOf(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function movesOf(migration: Exclude<Migration, { drop: unknown }>): readonly Move[] {
  if ('move' in migration) {
    const { from, to } = migration.move;
    return [{ pointer: from, from: tokensOf(from), to: tokensOf(to) }];
  }
  if ('rename' in migration) {
    const { path, to } = migration.rename;
    const from = tokensOf(path);
    return [{ pointer: path, from, to: [...from.slice(0, -1), to] }];
  }
  const from = tokensOf(migration.split.from);
  return migration.split.to.map((to) => ({ pointer: migration.split.from, from, to: tokensOf(to) }));
}

/** Puts a copy of the value at its new place, or takes the new place's value out where the text has none to put there. */
function carry(text: TrackedText, name: string, move: Move, incoming: TextTree): TrackedText {
  const tree = parseText(text.text, name);
  if (find(tree, move.to) !== undefined) return text;
  if (name === 'base' && find(tree, move.from) === undefined) return text;
  if (find(incoming, move.to) === undefined) {
    throw invalid(move, `the release has no value at ${pointerText(move.to)}`);
  }
  const grafted = text.apply(graft(tree, move, incoming));
  const after = parseText(grafted.text, name);
  const place = find(after, move.to);
  if (place === undefined) throw invalid(move, `${pointerText(move.to)} cannot be written into ${name}`);
  const moved = find(after, move.from);
  return grafted.apply(moved === undefined ? removal(place) : replacement(grafted.text, place, moved));
}

function invalid(move: Move, reason: string): SealiftError {
  return new SealiftError('MERGE_MIGRATION_INVALID', {
    place: move.pointer,
    values: { pointer: move.pointer, reason },
  });
}

function pointerText(tokens: readonly string[]): string {
  return tokens.map((token) => `/${token}`).join('');
}

function find(tree: TextTree, tokens: readonly string[]): Entry | undefined {
  let node: TreeNode | undefined = tree.documents[0]?.root;
  let entry: Entry | undefined;
  for (const token of tokens) {
    entry = node === undefined ? undefined : member(node, token);
    if (entry === undefined) return undefined;
    node = entry.node;
  }
  return entry;
}

function member(node: TreeNode, token: string): Entry | undefined {
  if (node.kind === 'leaf') return undefined;
  if (node.kind === 'map') return node.byKey.get(token);
  return /^(?:0|[1-9]\d*)$/.test(token) ? node.entries[Number(token)] : undefined;
}

/** The text with the nearest missing ancestor of the new place taken over from incoming. */
function graft(tree: TextTree, move: Move, incoming: TextTree): Edit {
  const { text } = tree.source;
  let host: TreeNode | undefined = tree.documents[0]?.root;
  let model: TreeNode | undefined = incoming.documents[0]?.root;
  for (const token of move.to) {
    const source = model === undefined ? undefined : member(model, token);
    if (host === undefined || source === undefined) break;
    const present = member(host, token);
    if (present === undefined) {
      if (host.style === 'block' && host.kind === 'map') return append(text, host, source);
      break;
    }
    host = present.node;
    model = source.node;
  }
  throw invalid(move, `${pointerText(move.to)} lies in a list or a value that is not a mapping in block style`);
}

function append(text: string, host: BlockNode, source: Entry): Edit {
  const target = { indent: host.entryIndent, lineEnding: host.source.lineEnding };
  const newline = newlineOf(target);
  const lead = leadOf(source);
  const at = host.tailStart;
  const main = adapt(mainOf(source), target);
  const parts = [
    at === 0 || text[at - 1] === '\n' ? '' : newline,
    lead === undefined ? '' : adapt(lead, target),
    ' '.repeat(target.indent),
    main,
    main.endsWith('\n') ? '' : newline,
  ];
  return { start: at, end: at, text: parts.join('') };
}

/** The entry at the new place, with what follows the moved entry's key. */
function replacement(text: string, place: Entry, moved: Entry): Edit {
  const inLine = text[place.to - 1] !== '\n';
  // Inside `{…}` a comment after the value would swallow the bracket.
  const end = inLine ? moved.node.end : moved.to;
  const rest = adapt(piece(moved, moved.separatorEnd, end), layoutOf(place));
  const head = noteLines(place, moved) + text.slice(place.lineStart, place.separatorEnd);
  return {
    start: place.lineStart,
    end: place.to,
    text: head + (inLine ? rest.trimEnd() : rest),
    copied: { at: head.length, from: moved.separatorEnd },
  };
}

/** Comment lines above the moved entry that the new place does not have. */
function noteLines(place: Entry, moved: Entry): string {
  const lead = leadOf(moved);
  const there = leadOf(place);
  if (lead === undefined || reads(lead, there) || lead.text.trim() === '') return '';
  return place.lineStart === place.head ? '' : adapt(lead, layoutOf(place));
}

function without(text: TrackedText, name: string, tokens: readonly string[]): TrackedText {
  const tree = parseText(text.text, name);
  for (let length = tokens.length; length > 0; length -= 1) {
    const entry = find(tree, tokens.slice(0, length));
    const parent = length === 1 ? tree.documents[0]?.root : find(tree, tokens.slice(0, length - 1))?.node;
    if (entry === undefined || parent === undefined || parent.kind === 'leaf') return text;
    // A mapping that held nothing else goes with its last entry: it would turn into null.
    if (parent.entries.length > 1 || length === 1) return text.apply(removal(entry));
  }
  return text;
}

function removal(entry: Entry): Edit {
  let end = entry.to;
  if (entry.note !== undefined) {
    // In flow style its comma goes with it, and a note with the rest of a line of its own.
    const behind = entry.lineStart === entry.head ? /^[ \t]*,[ \t]*/ : /^[ \t]*,?[ \t]*(?:#[^\n]*)?\n/;
    end += behind.exec(entry.source.text.slice(end))?.[0].length ?? 0;
    return { start: entry.from, end, text: '' };
  }
  // The next entry takes the place on the parent's line: `- a: 1` with `b: 2` under it becomes `- b: 2`.
  if (entry.lineStart === entry.head) while (entry.source.text[end] === ' ') end += 1;
  return { start: entry.from, end, text: '' };
}

/** Where a path lay before the moves: the move it lies under, and the path there. */
export function originOf(path: MergePath, moves: readonly Move[]): MergePath | undefined {
  for (const move of moves) {
    if (move.to.length > path.length) continue;
    const under = move.to.every((token, index) => {
      const element = path[index];
      return typeof element === 'object' ? /^\d+$/.test(token) : String(element) === token;
    });
    if (under) return [...move.from, ...path.slice(move.to.length)];
  }
  return undefined;
}
