import { styleText } from 'node:util';
import {
  type Decision,
  type DecisionKind,
  isOpen,
  lineChanges,
  maskDecision,
  pathText,
  type Side,
} from '@sealift/core/merge';
import type { CliContext } from '../../context.ts';
import { dedent, printable, sideBySide, wrap } from './columns.ts';
import type { CheckedMerge } from './merge-and-check.ts';
import { mergeFiles } from './merge-files.ts';
import type { MergeOptions } from './merge-options.ts';
import { exitCodeOf } from './run-merge.ts';
import { skeleton } from './skeleton.ts';

type Style = Parameters<typeof styleText>[0];

/** What each kind is called for a person, in the order of the report, and its colour. */
const headings: readonly (readonly [DecisionKind, string, Style])[] = [
  ['conflict', 'Conflicts', 'red'],
  ['kept-custom', 'Kept: the site’s own values', 'green'],
  ['moved', 'Moved by the release', 'magenta'],
  ['added-by-site', 'Kept: added by the site', 'green'],
  ['removed-by-site', 'Kept out: removed by the site', 'yellow'],
  ['taken-incoming', 'Taken from the release', 'cyan'],
  ['added-by-release', 'Added by the release', 'cyan'],
  ['removed-by-release', 'Removed by the release', 'yellow'],
  ['same-change', 'Changed alike by both', 'gray'],
];

/** Prints for a person what the merge did and why. Values that may be secret are masked. */
export async function runExplain(options: MergeOptions, context: CliContext): Promise<void> {
  const merged = await mergeFiles(options, context.cancel);
  if (options.skeleton === true) context.write(skeleton(merged.result.conflicts, merged.passwords));
  else for (const line of explain(merged)) context.out(line);
  context.exitCode = exitCodeOf(merged);
}

/** The report's lines, none wider than 80 columns. */
export function explain({ result, problems, passwords }: CheckedMerge): readonly string[] {
  const lines = [...summary(result.decisions)];
  for (const [kind, heading, style] of headings) {
    const decisions = result.decisions.filter((decision) => decision.kind === kind);
    if (decisions.length === 0) continue;
    lines.push('', styleText(['bold', style].flat() as Style, `${heading} (${decisions.length})`));
    for (const decision of decisions) lines.push(...explainOne(maskDecision(decision, passwords), style));
  }
  if (problems.length > 0) lines.push('', styleText(['bold', 'red'], `Checks (${problems.length})`));
  for (const { path, line, message } of problems) {
    lines.push(...wrap(`${path}${line === null ? '' : ` (line ${line})`}: ${message}`, 78).map((text) => `  ${text}`));
  }
  return lines;
}

function summary(decisions: readonly Decision[]): readonly string[] {
  if (decisions.length === 0) return ['The three texts hold the same values: there is nothing to decide.'];
  const open = decisions.filter((decision) => isOpen(decision)).length;
  const conflicts = open === 0 ? 'no conflict is open' : `${open} ${open === 1 ? 'conflict is' : 'conflicts are'} open`;
  const differ = decisions.length === 1 ? '1 path differs' : `${decisions.length} paths differ`;
  return [`${differ}; ${conflicts}.`];
}

function explainOne(decision: Decision, style: Style): readonly string[] {
  const [first = '', ...rest] = wrap(pathText(decision.path), 78);
  const settled = decision.resolvedBy === undefined ? '' : ` Settled: ${decision.resolvedBy}.`;
  return [
    `${styleText(style, '•')} ${styleText('bold', first)}`,
    ...rest.map((line) => `  ${styleText('bold', line)}`),
    ...wrap(decision.reason + settled, 78).map((line) => `  ${line}`),
    ...values(decision),
  ];
}

/** The two values that tell most: for a conflict both sides, else before and after. */
function values(decision: Decision): readonly string[] {
  const { kind, base, current, incoming } = decision;
  const columns = (left: string, leftSide: Side | undefined, right: string, rightSide: Side | undefined) =>
    sideBySide(titled(left, leftSide), titled(right, rightSide)).map((line) => styleText('dim', line));
  if (kind === 'conflict') return [...before(base), ...columns('current', current, 'incoming', incoming)];
  if (kind === 'added-by-release' || kind === 'added-by-site') {
    return columns('current', current, 'incoming', incoming);
  }
  if (kind === 'taken-incoming' || kind === 'removed-by-release') return columns('before', base, 'incoming', incoming);
  if (base !== undefined && isMergedByLine(decision)) {
    return [...changedLines(base, 'current', current), ...changedLines(base, 'incoming', incoming)];
  }
  return columns('default', base, 'current', current);
}

/** A text of several lines that holds changes of both. */
function isMergedByLine({ resolvedBy, base, current, incoming }: Decision): boolean {
  if (resolvedBy !== undefined || current === undefined || incoming === undefined) return false;
  return base?.source.includes('\n') === true && incoming.value !== base.value && incoming.value !== current.value;
}

/** Further changes are told by their number. */
const shownChanges = 5;

function changedLines(base: Side, title: string, side: Side | undefined): readonly string[] {
  if (side === undefined) return [];
  const changes = lineChanges(base.source, side.source);
  const cell = (name: string, from: Side, at: number, lines: readonly string[]): string =>
    `${name}, line ${from.range.line + at}:\n${lines.length === 0 ? '(nothing)' : dedent(printable(lines.join('\n')).trimStart())}`;
  const shown = changes
    .slice(0, shownChanges)
    .flatMap(({ at, before: old, after }) =>
      sideBySide(cell('default', base, at.before, old), cell(title, side, at.after, after)),
    );
  const more = changes.length - shownChanges;
  return [...shown, ...(more > 0 ? [`  … ${more} more changes by ${title}`] : [])].map((line) =>
    styleText('dim', line),
  );
}

function before(base: Side | undefined): readonly string[] {
  if (base === undefined) return [];
  return sideBySide(titled('default', base), '').map((line) => styleText('dim', line.replace(/\s*│\s*$/, '')));
}

function titled(title: string, side: Side | undefined): string {
  return side === undefined
    ? `${title}: nothing`
    : `${title}, line ${side.range.line}:\n${dedent(printable(side.source))}`;
}
