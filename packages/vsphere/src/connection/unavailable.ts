import type { IncomingMessage } from 'node:http';
import { isSealiftError, SealiftError } from '@sealift/core/errors';
import type { Server } from './server.ts';

/**
 * Statuses by which a server, or a proxy before it, says that the same may succeed later (RFC 9110, section 15; RFC 6585 for 429): vCenter's
 * own service restarts, or has no room for another session.
 */
const passingStatuses: ReadonlySet<number> = new Set([408, 425, 429, 502, 503, 504]);
/** A server may ask for a longer pause than anybody waits. */
const longestPauseMs = 60_000;

/** The answer behind VSPHERE_UNAVAILABLE. */
class PassingStatus extends Error {
  /** `Retry-After` in milliseconds, where the server gave it in seconds. */
  readonly askedMs: number | undefined;

  constructor({ statusCode, headers }: IncomingMessage) {
    super(`HTTP status ${statusCode}`);
    const seconds = /^\d{1,6}$/.exec(headers['retry-after'] ?? '')?.[0];
    this.askedMs = seconds === undefined ? undefined : Math.min(Number(seconds) * 1000, longestPauseMs);
  }
}

/** The error of an answer that passes by itself, undefined for any other. Its body is not read here. */
export function unavailable(answer: IncomingMessage, { name }: Server, place: string): SealiftError | undefined {
  if (!passingStatuses.has(answer.statusCode ?? 0)) return undefined;
  const cause = new PassingStatus(answer);
  const about = { kind: name, name: hostOf(place) };
  return new SealiftError('VSPHERE_UNAVAILABLE', {
    values: { server: name, reason: cause.message },
    place,
    about,
    cause,
  });
}

/** Of a place in a server, which is a URL and perhaps more. */
export function hostOf(place: string): string {
  return URL.canParse(place) ? new URL(place).host : place;
}

/** The pause that the server asked for, in milliseconds. */
export function askedPauseMs(error: unknown): number | undefined {
  return error instanceof SealiftError && error.cause instanceof PassingStatus ? error.cause.askedMs : undefined;
}

/** Whether a server is out of reach or takes no calls, which says nothing of what the call did before. */
export function isOutage(error: unknown): boolean {
  return isSealiftError(error, 'VSPHERE_UNREACHABLE') || isSealiftError(error, 'VSPHERE_UNAVAILABLE');
}
