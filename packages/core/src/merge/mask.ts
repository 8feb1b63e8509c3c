import { mask, replaceSpans } from '../secret/mask.ts';
import { maskData } from '../secret/mask-data.ts';
import { maskPath, pathMeaning } from './secret-path.ts';
import { type RangeOptions, type SecretRange, secretRanges } from './secret-ranges.ts';
import type { Decision, MergedTrees, MergePath, Side } from './types.ts';

const sideNames = ['base', 'current', 'incoming'] as const;

/** The three texts that decisions point into, and what the pack's schema says of them. */
export interface MaskOptions {
  readonly base: string;
  readonly current: string;
  readonly incoming: string;
  /** Dotted paths that the pack's schema names as passwords. */
  readonly declared?: readonly string[] | undefined;
  /** What the merge read of them, so that they are not read once more. */
  readonly trees?: MergedTrees;
}

/**
 * A merge's decisions for screens and logs: every secret in their values, sources and paths reads `***`, and a decision that held
 * one says `masked`. The merge itself never sees masked values.
 *
 * @param options the texts as they were given to the merge
 */
export function maskDecisions(decisions: readonly Decision[], options: MaskOptions): readonly Decision[] {
  const { declared = [] } = options;
  const known = new Map<string, readonly SecretRange[]>();
  const rangesIn = (name: (typeof sideNames)[number]): readonly SecretRange[] => {
    const ranges = known.get(name) ?? secretRanges(options[name], { declared, tree: options.trees?.[name] });
    known.set(name, ranges);
    return ranges;
  };
  return decisions.map((decision) => {
    const masked: { base?: Side; current?: Side; incoming?: Side } = {};
    for (const name of sideNames) {
      const side = decision[name];
      if (side === undefined) continue;
      const { start, end } = side.range;
      // A side that a migration moved or a preset wrote is not in the text as it was given.
      const isThere = options[name].slice(start, end) === side.source;
      masked[name] = maskSide(side, decision.path, declared, isThere ? cut(rangesIn(name), start, end) : undefined);
    }
    const { path, movedFrom } = decision;
    const last = path.at(-1);
    // An item that is named by its own value.
    const isNamedByValue = typeof last === 'object' && Object.hasOwn(last, 'value');
    const isHidden = isNamedByValue && sideNames.some((name) => masked[name]?.source === mask);
    return {
      ...decision,
      ...masked,
      path: isHidden ? [...maskPath(path.slice(0, -1), declared), { value: mask }] : [...maskPath(path, declared)],
      ...(movedFrom === undefined ? {} : { movedFrom: [...maskPath(movedFrom, declared)] }),
      ...(sideNames.some((name) => masked[name]?.source !== decision[name]?.source) ? { masked: true } : {}),
    };
  });
}

function maskSide(
  side: Side,
  path: MergePath,
  declared: readonly string[],
  inText: readonly SecretRange[] | undefined,
): Side {
  const { value, source } = side;
  const isWhole = typeof value !== 'object' || value === null;
  const ranges = inText ?? rangesOfPart(source, path, declared);
  const meaning = pathMeaning(path, declared);
  const shown = maskData(value, meaning);
  if (ranges.length === 0 && same(shown, value)) return side;
  if (isWhole && (shown === mask || ranges.some(({ what }) => what === 'value'))) {
    return { ...side, value: mask, source: mask };
  }
  // What an alias elsewhere makes secret cannot be found in the plain value.
  const hidden = ranges.some(({ anchored }) => anchored === true) || (ranges.length === 0 && !isWhole);
  return hidden ? { ...side, value: mask, source: mask } : { ...side, value: shown, source: hide(source, ranges) };
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The ranges in a part of a text, told from its start. */
function cut(ranges: readonly SecretRange[], start: number, end: number): readonly SecretRange[] {
  return ranges
    .filter((range) => range.start < end && range.end > start)
    .map((range) => ({ ...range, start: Math.max(range.start, start) - start, end: Math.min(range.end, end) - start }));
}

/** A part of a text starts at its first key, so the first line's indentation has to be put back to read it. */
function rangesOfPart(source: string, under: MergePath, declared: readonly string[]): readonly SecretRange[] {
  const indents = [...source.matchAll(/\n([ \t]*)\S/g)].map((match) => match[1]?.length ?? 0);
  const padding = indents.length === 0 ? 0 : indents.reduce((a, b) => Math.min(a, b));
  const ranges = secretRanges(' '.repeat(padding) + source, { declared, under });
  return cut(ranges, padding, padding + source.length);
}

/**
 * A whole text for screens and logs: secrets read `***`, all else stays byte for byte. It is still YAML where it was.
 */
export function maskText(text: string, options: RangeOptions = {}): string {
  return hide(text, secretRanges(text, options));
}

function hide(text: string, ranges: readonly SecretRange[]): string {
  return replaceSpans(text, ranges, ({ what }) =>
    what === 'value' ? `"${mask}"` : what === 'comment' ? ` ${mask}` : mask,
  );
}
