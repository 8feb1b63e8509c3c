import { DocumentError, pointerFragment } from './document-error.ts';

/** Deeper than any document of ours; keeps later recursive readers from running out of stack. */
const maxDepth = 100;

/**
 * Reads a JSON document from outside (RFC 8259).
 *
 * @param maxLength the longest text accepted, in UTF-16 code units.
 * @throws DocumentError when it is too long, too deep, not JSON, or has a `__proto__` member.
 */
export function readJsonDocument(text: string, maxLength: number): unknown {
  if (text.length > maxLength) throw new DocumentError(`it is longer than ${maxLength} characters`);
  let value: unknown;
  try {
    value = JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
  } catch (error) {
    throw new DocumentError(`it is not JSON: ${error instanceof Error ? error.message : 'syntax error'}`);
  }
  refuseUnsafe(value);
  return value;
}

/** Walks without recursion: the depth is what is being checked. */
function refuseUnsafe(document: unknown): void {
  const waiting: { value: unknown; path: readonly string[] }[] = [{ value: document, path: [] }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, path } = next;
    if (typeof value !== 'object' || value === null) continue;
    if (path.length >= maxDepth) throw new DocumentError(`it is nested deeper than ${maxDepth} levels`);
    for (const [key, member] of Object.entries(value)) {
      if (key === '__proto__') throw new DocumentError('a field may not be called "__proto__"', pointerFragment(path));
      waiting.push({ value: member, path: [...path, key] });
    }
  }
}
