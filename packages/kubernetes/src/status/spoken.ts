const limit = 500;

/** Text of the other side fit for a page and a terminal: one line, bounded, without control characters and without what looks like a secret. */
export function spoken(text: string, longest = limit): string {
  // Cut first: what follows must not take long over a text of megabytes.
  const line = text
    .slice(0, 4 * longest)
    .replaceAll(/[\p{C}\p{Z}]+/gu, ' ')
    .trim();
  const shown = line.replaceAll(login, '$1***@').replaceAll(secret, '$1***');
  return shown.length > longest ? `${shown.slice(0, longest - 1)}…` : shown;
}

/** `https://user:password@host` */
const login = /(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@]{1,200}@/gi;
const secret =
  /((?:\b|_)(?:password|passwd|pwd|secret|token|api[_-]?key|authorization)["']?\s*[:=]\s*(?:bearer\s+|basic\s+)?)(?:"[^"]*"?|'[^']*'?|[^\s,;&"']+)/gi;
