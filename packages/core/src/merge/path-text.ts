import { SealiftError } from '../errors/index.ts';
import type { MergePath, PathElement } from './types.ts';

const plainKey = /^[A-Za-z_$][\w$/-]*$/;
/** Text that reads in an identity as itself: no number, no switch, nothing that would end it. */
const plainText = /^(?!(?:true|false|null)$)[A-Za-z_/*.$][^\s"'[\],=]*$/;
const wholeDocument = '(document)';

/**
 * A path as people write it: `charts.calico.installation.ipPools[0].cidr`, `containers[name=app].image`; keys that hold
 * dots or other signs are quoted, `labels["app.kubernetes.io/name"]`. The whole document is `(document)`.
 */
export function pathText(path: MergePath): string {
  let text = '';
  for (const element of path) text += elementText(element, text === '');
  return text === '' ? wholeDocument : text;
}

function elementText(element: PathElement, first: boolean): string {
  if (typeof element === 'number') return `[${element}]`;
  if (typeof element === 'string') {
    if (plainKey.test(element)) return first ? element : `.${element}`;
    return `[${JSON.stringify(element)}]`;
  }
  const parts = Object.entries(element).map(
    ([key, value]) => `${plainText.test(key) ? key : JSON.stringify(key)}=${scalarText(value)}`,
  );
  return `[${parts.join(',')}]`;
}

function scalarText(value: unknown): string {
  return typeof value === 'string' && plainText.test(value) ? value : JSON.stringify(value);
}

/**
 * Reads a path that {@link pathText} wrote.
 *
 * @throws SealiftError INPUT_INVALID, with the column at which it cannot be read
 */
export function parsePathText(text: string): MergePath {
  if (text === wholeDocument) return [];
  const path: PathElement[] = [];
  const patterns = /(\.?)([A-Za-z_$][\w$/-]*)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|\[((?:[^\]"]|"(?:[^"\\]|\\.)*")+)\]/y;
  while (patterns.lastIndex < text.length) {
    const at = patterns.lastIndex;
    const [, dot, key, index, quoted, identity] = patterns.exec(text) ?? [undefined];
    const element =
      key !== undefined && (dot === '.') === at > 0
        ? key
        : index !== undefined
          ? Number(index)
          : quoted !== undefined
            ? readJson(quoted)
            : identity === undefined
              ? undefined
              : readIdentity(identity);
    if (element === undefined) throw unreadable(text, at);
    path.push(element as PathElement);
  }
  if (path.length === 0) throw unreadable(text, 0);
  return path;
}

function readIdentity(text: string): Record<string, unknown> | undefined {
  const element: Record<string, unknown> = {};
  const pair = /("(?:[^"\\]|\\.)*"|[^\s"'[\],=]+)=("(?:[^"\\]|\\.)*"|[^\s"'[\],=]+)(?:,|$)/y;
  while (pair.lastIndex < text.length) {
    const [, key, value] = pair.exec(text) ?? [undefined];
    if (key === undefined || value === undefined) return undefined;
    const name = key.startsWith('"') ? readJson(key) : key;
    const read = plainText.test(value) ? value : readJson(value);
    if (typeof name !== 'string' || read === undefined) return undefined;
    // Defined, not assigned: `__proto__` is a key like any other.
    Object.defineProperty(element, name, { value: read, enumerable: true, configurable: true, writable: true });
  }
  return element;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unreadable(text: string, at: number): SealiftError {
  const reason = `${JSON.stringify(text)} cannot be read from column ${at + 1} on; write it as a conflict shows it, such as env[name=X].value`;
  return new SealiftError('INPUT_INVALID', { values: { what: 'the path', reason } });
}

/** The path as a key for lookups: equal paths, equal text, whatever the order inside an identity. */
export function pathKey(path: MergePath): string {
  return JSON.stringify(
    path.map((element) =>
      typeof element === 'object' ? Object.entries(element).sort(([a], [b]) => (a < b ? -1 : 1)) : element,
    ),
  );
}
