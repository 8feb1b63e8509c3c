import { type Decision, maskDecision, pathText, type Side } from '@sealift/core/merge';
import { printable } from './columns.ts';

const shownLength = 100;

/**
 * A file for `--resolve` with an entry for each conflict, ready to be filled: the reason and the three values stand above each choice as
 * comments, secrets masked. Unfilled it is refused, entry by entry.
 *
 * @param passwords dotted paths that the schema declares as passwords
 */
export function skeleton(conflicts: readonly Decision[], passwords: readonly string[]): string {
  if (conflicts.length === 0) return '# No conflict is open: there is nothing to settle.\n';
  const many = conflicts.length === 1 ? '1 conflict' : `${conflicts.length} conflicts`;
  const lines = [
    `# ${many}. Write current, incoming or base behind each \`take:\`; or in its place \`value:\` with YAML text of your own.`,
    '# Then merge with --resolve and the name of this file.',
  ];
  for (const conflict of conflicts) {
    const { path, reason, base, current, incoming } = maskDecision(conflict, passwords);
    lines.push('', `- path: ${quoted(pathText(path))}`, `  # ${oneLine(reason)}`);
    for (const [name, side] of Object.entries({ base, current, incoming })) lines.push(`  # ${name}: ${valueOf(side)}`);
    lines.push('  take:');
  }
  return `${lines.join('\n')}\n`;
}

function valueOf(side: Side | undefined): string {
  if (side === undefined) return '(nothing)';
  const text = oneLine(side.source);
  const more = side.source.trimEnd().split('\n', shownLength).length - 1;
  const whole = more === 0 ? text : `${text} … (${more} more ${more === 1 ? 'line' : 'lines'})`;
  return `${whole} (line ${side.range.line})`;
}

/** The first line, at most so long. */
function oneLine(text: string): string {
  const [first = ''] = printable(text.slice(0, 4 * shownLength)).split('\n');
  const characters = Array.from(first.trim());
  return characters.length > shownLength ? `${characters.slice(0, shownLength).join('')}…` : characters.join('');
}

function quoted(text: string): string {
  return /^(?!(?:true|false|null)$)[A-Za-z_$][\w.$/[\]=,*-]*$/i.test(text) ? text : `'${text.replaceAll("'", "''")}'`;
}
