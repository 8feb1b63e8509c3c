import type { IncomingMessage } from 'node:http';
import { type ErrorCode, SealiftError } from '@sealift/core/errors';
import { readRefusal } from '@sealift/io/http/body';
import { z } from 'zod';

const reasonLimit = 500;

/** The error body of the OCI distribution-spec ("Error Codes"). */
const errorBodySchema = z.object({
  errors: z
    .array(
      z.object({
        code: z.string().optional(),
        message: z.string().nullish(),
        // Whatever a registry likes; ours gives its own code.
        detail: z.unknown().optional(),
      }),
    )
    .min(1)
    .max(100),
});

const codes = {
  401: 'REGISTRY_UNAUTHORIZED',
  403: 'REGISTRY_DENIED',
  408: 'REGISTRY_BUSY',
  425: 'REGISTRY_BUSY',
  429: 'REGISTRY_BUSY',
} as const satisfies Readonly<Record<number, ErrorCode>>;

/** An answer that is not the one hoped for, as an error of the catalogue with the registry's own words in it. */
export async function refusal(answer: IncomingMessage, what: string, place: string): Promise<SealiftError> {
  const status = answer.statusCode ?? 0;
  const body = (await readRefusal(answer)).toString('utf8');
  const reason = `${status} ${ownWords(body) ?? printable(answer.statusMessage ?? '')}`.trim();
  if (status === 404) return new SealiftError('REGISTRY_NOT_FOUND', { values: { what }, place });
  if (isFull(status, body)) {
    return new SealiftError('REGISTRY_FULL', { values: { reason, registry: new URL(place).host }, place });
  }
  if (status === 403 && isPinned(body)) return new SealiftError('TAG_PINNED', { values: { reason }, place });
  if (status === 400 && plainToTls.test(body)) return expectsHttps(place);
  const code = codeOf(status);
  const after = retryAfterMs(answer);
  const cause = after === undefined ? undefined : new RetryAfter(after);
  return new SealiftError(code, { values: { reason }, place, ...(cause === undefined ? {} : { cause }) });
}

/** What Go's servers and nginx say to plain HTTP where they speak TLS. */
const plainToTls = /sent an HTTP request to an HTTPS server|plain HTTP request was sent to HTTPS port/i;

function expectsHttps(place: string): SealiftError {
  const reason = 'it expects HTTPS there, and was spoken to in plain HTTP';
  const hint = `Write https:// before its address, https://${new URL(place).host}, or check the port.`;
  return new SealiftError('REGISTRY_UNREACHABLE', { values: { reason }, place, hint });
}

function codeOf(status: number) {
  if (Object.hasOwn(codes, status)) return codes[status as keyof typeof codes];
  return status >= 500 && !neverDone.includes(status) ? 'REGISTRY_FAILED' : 'REGISTRY_REFUSED';
}

/** Not implemented, and another HTTP version (RFC 9110, section 15.6): asking again changes nothing. */
const neverDone: readonly number[] = [501, 505];

/** Whether the same request may be answered better a little later; a full registry is not. */
export function isPassingStatus(status: number): boolean {
  return [408, 425, 429].includes(status) || (status >= 500 && status !== 507 && !neverDone.includes(status));
}

/** How long a busy registry asks to be left alone; carried as the cause of `REGISTRY_BUSY` and `REGISTRY_FAILED`. */
export class RetryAfter extends Error {
  readonly delayMs: number;

  constructor(delayMs: number) {
    super(`the registry asks to come back after ${Math.ceil(delayMs / 1000)} s`);
    this.delayMs = delayMs;
  }
}

/** `Retry-After` in milliseconds, as seconds or a date (RFC 9110, section 10.2.3). */
function retryAfterMs(answer: IncomingMessage): number | undefined {
  const header = answer.headers['retry-after'];
  if (header === undefined) return undefined;
  if (/^\d{1,6}$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now());
}

/**
 * Whether there is no room left: 507 (RFC 4918, section 11.5), or the error of a file system, by name or by number (ENOSPC and
 * EDQUOT of Linux), in an answer that says that something failed, or that it is too much.
 */
function isFull(status: number, body: string): boolean {
  if (status === 507) return true;
  if (status === 413) return /quota/i.test(body);
  return (
    status >= 500 &&
    /no space left|disk quota exceeded|insufficient storage|ENOSPC|EDQUOT|"Err": ?(?:28|122)\b/i.test(body)
  );
}

function ownWords(body: string): string | undefined {
  const words = errorsIn(body).map(({ code, message }) => [code, message].filter(Boolean).join(': '));
  return words.length === 0 ? undefined : printable(words.join('; '));
}

/** Whether a registry of ours keeps a tag as it is: a right to push would not help. */
function isPinned(body: string): boolean {
  return errorsIn(body).some(({ detail }) => pinnedSchema.safeParse(detail).success);
}

const pinnedSchema = z.object({ code: z.literal('TAG_PINNED') });

function errorsIn(body: string): z.infer<typeof errorBodySchema>['errors'] {
  try {
    return errorBodySchema.parse(JSON.parse(body)).errors;
  } catch {
    return [];
  }
}

/** A registry's words go to a terminal: without control characters, and not without end. */
function printable(text: string): string {
  return text.replaceAll(/\p{C}+/gu, ' ').slice(0, reasonLimit);
}
