import type { IncomingHttpHeaders } from 'node:http';

/** Whether a list of entity tags names this one (RFC 9110, section 8.8.3.2); `*` names any. */
function names(list: string, etag: string | undefined, weak: boolean): boolean {
  if (list.trim() === '*') return etag !== undefined;
  if (etag === undefined) return false;
  return list.split(',').some((one) => one.trim() === etag || (weak && one.trim() === `W/${etag}`));
}

/**
 * What the conditions of a request come to (RFC 9110, section 13.2.2), as far as they go by entity tags.
 *
 * @param etag of the file as it is; undefined where there is none
 * @returns the status to answer with, or undefined to go on
 */
export function judgeConditions(
  headers: IncomingHttpHeaders,
  etag: string | undefined,
  reads: boolean,
): 304 | 412 | undefined {
  const match = headers['if-match'];
  if (match !== undefined && !names(match, etag, false)) return 412;
  const none = headers['if-none-match'];
  if (none !== undefined && names(none, etag, true)) return reads ? 304 : 412;
  return undefined;
}

/** The `Range` of a request, unless it was asked for under another file's tag or by a date (RFC 9110, section 13.1.5): then the whole is sent. */
export function rangeWanted(headers: IncomingHttpHeaders, etag: string): string | undefined {
  const condition = headers['if-range'];
  const isOf = condition === undefined || condition === etag;
  return isOf ? headers.range : undefined;
}
