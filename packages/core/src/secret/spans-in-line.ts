import { type Span, tellsSecret } from './mask.ts';
import { isSecretKey } from './secret-key.ts';

/** A value in quotes, or up to what may end it. */
const word = /"((?:[^"\\]|\\.)*)|'([^']*)|([^\s,;&"'}\])]+)/dy;
/** A value of YAML in flow style, or a collection up to the end of the line. */
const flowValue = /"((?:[^"\\]|\\.)*)|'([^']*)|([[{].*|[^\s,}][^,}]*)/dy;

/** What names a value that follows at once; the name says whether it is a secret. */
const namings: readonly (readonly [name: RegExp, value: RegExp])[] = [
  // PASSWORD=x, ?access_token=x, "password": "x"
  [/(?<![\w.])(["']?)(?<name>[A-Za-z_][\w.-]{0,100})\1(?:\s*=\s*|\s*:\s*(?=["']))/g, word],
  // {password: x}
  [/(?<![\w./])(["']?)(?<name>[A-Za-z_][\w.-]{0,100})\1\s*:\s+/g, flowValue],
  // --password x
  [/(?<![\w-])--?(?<name>[A-Za-z][\w.-]{0,100})[ \t]+(?!-)/g, word],
  // ["--password", "x"]
  [/(["']?)--?(?<name>[A-Za-z][\w.-]{0,100})\1\s*,\s*/g, word],
  // {name: DB_PASSWORD, value: x}
  [/(["']?)(?:name|key)\1\s*:\s*(["']?)(?<name>[\w.-]{1,100})\2\s*,\s*(?:"value"|'value'|value)\s*:\s*/g, word],
];

/** What is a secret by its own looks; its first group. */
const looks: readonly RegExp[] = [
  // Authorization: Basic x
  /(?<![\w-])(?:bearer|basic)\s+(?=\S*[\d=])([\w+/.~=-]{12,})/dgi,
  // user:password@, where what follows the colon is not a port; RFC 3986, 3.2.1
  /(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,30}:\/\/[^\s:/?#@"']*:(?!\d+(?:[/?#]|$))([^\s"'<>]+)@/dgi,
  // A long name without a password is a token: https://ghp_…@host
  /(?<![a-z0-9+.-])https?:\/\/([^\s:/?#@"']{16,})@/dgi,
];

/** Where one line holds secrets: `user:password@` in URLs, and what names such as `--db-password` are given. */
export function spansInLine(line: string): readonly Span[] {
  // Whatever names or looks like a secret has one of these in it; most scalars do not.
  if (!/[=:,\s]/.test(line)) return [];
  const found: (readonly [number, number])[] = [];
  for (const [naming, value] of namings) {
    let covered = 0;
    for (const match of line.matchAll(naming)) {
      const at = match.index + match[0].length;
      if (at < covered || !isSecretKey(match.groups?.['name'] ?? '')) continue;
      value.lastIndex = at;
      const span = value
        .exec(line)
        ?.indices?.slice(1)
        .find((group) => group !== undefined);
      if (span === undefined) continue;
      found.push(span);
      covered = span[1];
    }
  }
  for (const pattern of looks) {
    for (const { indices } of line.matchAll(pattern)) if (indices?.[1] !== undefined) found.push(indices[1]);
  }
  return found.filter(([from, to]) => tellsSecret(line.slice(from, to))).map(([start, end]) => ({ start, end }));
}
