import { joinSpans, mask, replaceSpans, type Span, tellsSecret } from './mask.ts';
import { isSecretKey, memberMeaning } from './secret-key.ts';
import { spansInLine } from './spans-in-line.ts';

/** How far around a `value:` its `name:` is looked for. */
const linesAround = 40;

const privateKey =
  /-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?:[^]*?-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|[^]*$)/g;
/** `-----BEGIN ` in base64. */
const encodedPem = /LS0tLS1CRUdJTi[A-Za-z0-9+/=]+(?:\s+[A-Za-z0-9+/=]{40,})*(?:\s+[A-Za-z0-9+/]+={0,2}(?=\s*$))?/g;

interface Line {
  readonly start: number;
  /** Where what is said begins, after indentation and dashes. */
  readonly column: number;
  readonly content: string;
  readonly isItem: boolean;
}

/**
 * Where a text holds secrets, whatever it is: a value with a configuration of its own inside, a comment, a command line, YAML
 * that cannot be read. Told by its lines, their keys and their indentation; when in doubt it is a secret.
 *
 * @returns in order, none touching another
 */
export function secretSpans(text: string): readonly Span[] {
  if (/"auths"\s*:/.test(text)) return [{ start: 0, end: text.length }];
  const spans: Span[] = [];
  for (const match of text.matchAll(privateKey)) spans.push({ start: match.index, end: match.index + match[0].length });
  for (const match of text.matchAll(encodedPem)) {
    if (holdsPrivateKey(match[0])) spans.push({ start: match.index, end: match.index + match[0].length });
  }
  const comments: Line[] = [];
  spans.push(...scan(linesOf(text), comments));
  // What is commented out has its own indentation.
  spans.push(...scan(comments.map(uncommented)));
  return joinSpans(spans);
}

/** The text with every secret in it as `***`. */
export function hideSecrets(text: string): string {
  return replaceSpans(text, secretSpans(text), () => mask);
}

/** @param comments where to put the comments for a look of their own; without it the lines are comments */
function scan(lines: readonly Line[], comments?: Line[]): readonly Span[] {
  const above: Above[] = [];
  const found = lines.map((line, index): readonly Span[] => {
    if (!line.content.startsWith('#')) return spansOfLine(line, index, lines, above, comments === undefined);
    const isInside = above.findLast((entry) => entry.column < line.column)?.secret === true;
    return isInside ? [spanOf(line, line.content, 1)] : [];
  });
  if (comments === undefined) return found.flat();
  const isComment = (index: number): boolean => lines[index]?.content.startsWith('#') === true;
  const isFound = (index: number): boolean => (found[index]?.length ?? 0) > 0;
  for (const [index, line] of lines.entries()) {
    if (!isComment(index) || isFound(index)) continue;
    // Right above or right below a secret stands what nobody can tell from an old one.
    let below = index;
    while (isComment(below)) below += 1;
    const isBeside =
      isFound(below) || (!isComment(index - 1) && isFound(index - 1) && line.column >= (lines[index - 1]?.column ?? 0));
    if (isBeside) found[index] = [spanOf(line, line.content, 1)];
    else comments.push(line);
  }
  return found.flat();
}

/** A key that the lines below may belong to. */
interface Above {
  readonly column: number;
  readonly secret: boolean;
}

function spansOfLine(
  line: Line,
  index: number,
  lines: readonly Line[],
  above: Above[],
  isComment: boolean,
): readonly Span[] {
  const { content, column } = line;
  while ((above.at(-1)?.column ?? -1) >= column) above.pop();
  const inherited = above.at(-1)?.secret === true;
  const [, quote = '', key, rest = ''] =
    /^(["']?)([\w.$/-][^"':=]{0,200}?)\1[ \t]*(?::(?=\s|$)|=)[ \t]*(.*)$/.exec(content) ?? [];
  if (key === undefined) {
    if (inherited) return [spanOf(line, content)];
    const [, tight = '', close = ''] = /^["']?([\w.-]+)["']?:(\S.*)$/.exec(content) ?? [];
    if (isSecretKey(tight)) {
      above.push({ column, secret: true });
      return [spanOf(line, close)];
    }
    // `requirepass x`, as configuration files have it; in a comment such words are prose.
    const [, word = '', value = ''] = /^([\w.-]+)[ \t]+(\S+)$/.exec(content) ?? [];
    return !isComment && lines.length > 1 && isSecretKey(word) ? [spanOf(line, value)] : spansWithin(line, content);
  }
  const meaning = memberMeaning(key, (sibling) => siblingText(sibling, index, lines));
  const secret = meaning === undefined ? inherited : meaning === 'secret';
  above.push({ column, secret });
  if (!secret) return spansWithin(line, rest);
  const opens = /^(?:[|>][-+\d]*|[&!]\S+)?\s*(?:#.*)?$/.test(rest);
  return opens || !tellsSecret(unquoted(rest, quote)) ? [] : [spanOf(line, rest)];
}

function unquoted(rest: string, keyQuote: string): string {
  const value = keyQuote === '' ? rest : rest.replace(/,\s*$/, '');
  return value.replace(/\s+#.*$/, '').replace(/^(["'])(.*)\1$/, '$2');
}

/** What `key:` says in the same mapping as a line. */
function siblingText(key: string, index: number, lines: readonly Line[]): string | undefined {
  const column = lines[index]?.column ?? 0;
  const at = (line: Line): string | undefined =>
    line.column === column ? new RegExp(`^["']?${key}["']?:\\s+["']?([\\w./-]+)`).exec(line.content)?.[1] : undefined;
  for (let up = index; up > Math.max(-1, index - linesAround); up -= 1) {
    const line = lines[up];
    if (line === undefined || line.column < column) break;
    const text = at(line);
    if (text !== undefined) return text;
    if (line.column === column && line.isItem) break;
  }
  for (const line of lines.slice(index + 1, index + linesAround)) {
    if (line.column < column || (line.column === column && line.isItem)) break;
    const text = at(line);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** The end of a line, which `content` ends with. */
function spanOf(line: Line, part: string, skip = 0): Span {
  const end = line.start + line.column + line.content.length;
  return { start: end - part.length + skip, end };
}

function spansWithin(line: Line, part: string): readonly Span[] {
  const { start } = spanOf(line, part);
  return spansInLine(part).map((span) => ({ start: start + span.start, end: start + span.end }));
}

function linesOf(text: string): readonly Line[] {
  const lines: Line[] = [];
  for (const match of text.matchAll(/[^\r\n]+/g)) {
    // A bracket that stands alone opens a collection whose members are told by their lines all the same.
    const opening = /^(?:[[{](?=\s)|[ \t])*((?:-[ \t]+)*)/.exec(match[0]);
    const column = opening?.[0].length ?? 0;
    const content = match[0].slice(column).trimEnd();
    if (content !== '') lines.push({ start: match.index, column, content, isItem: opening?.[1] !== '' });
  }
  return lines;
}

function uncommented({ start, column, content }: Line): Line {
  const opening = /^#+[ \t]*((?:-[ \t]+)*)/.exec(content);
  const length = opening?.[0].length ?? 0;
  return { start, column: column + length, content: content.slice(length), isItem: (opening?.[1] ?? '') !== '' };
}

function holdsPrivateKey(encoded: string): boolean {
  try {
    return atob(encoded.slice(0, 60)).includes('PRIVATE KEY');
  } catch {
    return true;
  }
}
