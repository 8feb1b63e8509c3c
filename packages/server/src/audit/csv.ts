import type { AuditEntry } from '@sealift/core/api';
import { canonicalJson } from '@sealift/core/canonical-json';

const columns = ['number', 'time', 'actor', 'address', 'action', 'subject', 'details', 'previous hash', 'hash'];

/** Entries as lines of CSV (RFC 4180), the names of the columns first. */
export async function* csvOf(entries: AsyncIterable<AuditEntry>): AsyncGenerator<string> {
  yield lineOf(columns);
  for await (const entry of entries) {
    const { sequence, at, actor, address, action, subject, details, previousHash, hash } = entry;
    yield lineOf([String(sequence), at, actor, address, action, subject, canonicalJson(details), previousHash, hash]);
  }
}

function lineOf(cells: readonly string[]): string {
  return `${cells.map(cellOf).join(',')}\r\n`;
}

/** A program for tables takes what begins so for a formula, and runs it (OWASP, CSV Injection): an apostrophe makes it a text. */
function cellOf(text: string): string {
  const plain = /^\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]/u.test(text) || /^[\t\r\n]/.test(text) ? `'${text}` : text;
  return `"${plain.replaceAll('"', '""')}"`;
}
