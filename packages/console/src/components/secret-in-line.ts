import { isSecretKey } from '@sealift/core/secret';

/** A mapping entry on one line: its key, and where a scalar value that could be a secret begins. */
const entry = /^(\s*(?:- +)*)(["']?)([\w.\-/]+)\2(\s*:\s+)(?![|>&*{[\]}#]|["']{2}\s*(?:#|$))(\S.*)$/;
const harmless = /^(?:true|false|null|~|-?\d+(?:\.\d+)?)\s*(?:#.*)?$/i;

/**
 * Where a line of YAML holds a value that should not be seen by whoever looks over a shoulder.
 *
 * @returns offsets in the line, or undefined when there is none. Switches and numbers are not taken for secrets.
 */
export function secretInLine(line: string): { from: number; to: number } | undefined {
  const [, indent, quote, key, colon, value] = entry.exec(line) ?? [];
  if (indent === undefined || quote === undefined || key === undefined || colon === undefined || value === undefined) {
    return undefined;
  }
  if (!isSecretKey(key) || harmless.test(value)) return undefined;
  const from = indent.length + key.length + 2 * quote.length + colon.length;
  return { from, to: line.trimEnd().length };
}
