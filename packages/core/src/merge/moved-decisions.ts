import { originOf, type MigratedTexts } from './migrate.ts';
import { pathText } from './path-text.ts';
import { SourceText } from './source.ts';
import type { TrackedText } from './tracked-text.ts';
import type { Decision, MergePath, Side } from './types.ts';

/** The decisions as they read with the release's migrations in mind: what moved says so, and ranges point into the texts given. */
export function describeMigrations(
  decisions: readonly Decision[],
  migrated: MigratedTexts,
  originals: { readonly base: string; readonly current: string },
): readonly Decision[] {
  if (migrated.moves.length === 0 && migrated.drops.length === 0) return decisions;
  const base = new SourceText(originals.base, 'base');
  const current = new SourceText(originals.current, 'current');
  const described = decisions.map((decision): Decision => {
    const traced: Decision = {
      ...decision,
      ...(decision.base === undefined ? {} : { base: traceSide(decision.base, migrated.base, base) }),
      ...(decision.current === undefined ? {} : { current: traceSide(decision.current, migrated.current, current) }),
    };
    return describeDrop(describeMove(traced, migrated), migrated);
  });
  return [...described, ...silentMoves(decisions, migrated)];
}

function traceSide(side: Side, text: TrackedText, source: SourceText): Side {
  const start = text.origin(side.range.start);
  const end = Math.max(start, side.range.end > side.range.start ? text.origin(side.range.end - 1) + 1 : start);
  return { ...side, range: source.range(start, end) };
}

function describeMove(decision: Decision, { moves }: MigratedTexts): Decision {
  const movedFrom = originOf(decision.path, moves);
  if (movedFrom === undefined) return decision;
  const from = pathText(movedFrom);
  if (decision.kind === 'kept-custom' || decision.kind === 'added-by-site') {
    const reason = `The release moved it here from ${from}, and the site’s value came with it.`;
    return { ...decision, kind: 'moved', movedFrom: [...movedFrom], reason };
  }
  const reason = `${decision.reason} The release moved it here from ${from}.`;
  return { ...decision, movedFrom: [...movedFrom], reason };
}

function describeDrop(decision: Decision, { drops }: MigratedTexts): Decision {
  if (!drops.some((drop) => related(drop, decision.path))) return decision;
  return { ...decision, reason: `${decision.reason} The release declares that it is dropped.` };
}

/** Moves that no other decision tells of: the site had left the value as it was. */
function silentMoves(decisions: readonly Decision[], { moves }: MigratedTexts): readonly Decision[] {
  return moves
    .filter((move) => !decisions.some((decision) => originOf(decision.path, [move]) !== undefined))
    .filter((move) => !decisions.some((decision) => related(move.to, decision.path)))
    .map((move) => ({
      path: pathOf(move.to),
      kind: 'moved' as const,
      movedFrom: pathOf(move.from),
      reason: `The release moved it here from ${pathText(pathOf(move.from))}; the site had left it as it was.`,
    }));
}

function pathOf(tokens: readonly string[]): MergePath {
  return tokens.map((token) => (/^\d+$/.test(token) ? Number(token) : token));
}

/** Whether the path is the place or lies above it. */
function related(tokens: readonly string[], path: MergePath): boolean {
  return path.length <= tokens.length && path.every((element, index) => String(element) === tokens[index]);
}
