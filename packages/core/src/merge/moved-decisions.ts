import type { SideName } from './context.ts';
import { type MigratedTexts, originOf } from './migrate.ts';
import { pathText } from './path-text.ts';
import { SourceText } from './source.ts';
import type { TrackedText } from './tracked-text.ts';
import type { Decision, MergePath, Side } from './types.ts';

/** The decisions as they read with the release's migrations in mind: what moved says so. */
export function describeMigrations(decisions: readonly Decision[], migrated: MigratedTexts): readonly Decision[] {
  if (migrated.moves.length === 0 && migrated.drops.length === 0) return decisions;
  const described = decisions.map((decision) => describeDrop(describeMove(decision, migrated), migrated));
  return [...described, ...silentMoves(decisions, migrated)];
}

/** The decisions with ranges that point into the texts as they were given, before presets and migrations. */
export function traceDecisions(
  decisions: readonly Decision[],
  prepared: Readonly<Record<SideName, TrackedText>>,
  originals: Readonly<Record<SideName, string>>,
): readonly Decision[] {
  const names = ['base', 'current', 'incoming'] as const;
  if (names.every((name) => prepared[name].text === originals[name])) return decisions;
  const sources = names.map((name) => ({ name, source: new SourceText(originals[name], name) }));
  return decisions.map((decision) => {
    const traced: { base?: Side; current?: Side; incoming?: Side } = {};
    for (const { name, source } of sources) {
      const side = decision[name];
      if (side !== undefined) traced[name] = traceSide(side, prepared[name], source);
    }
    return { ...decision, ...traced };
  });
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
  return (
    path.length <= tokens.length &&
    path.every((element, index) => typeof element !== 'object' && String(element) === tokens[index])
  );
}
