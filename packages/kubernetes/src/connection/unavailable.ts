import { type ErrorDetails, SealiftError } from '@sealift/core/errors';
import { messageOf } from './answer.ts';
import type { ApiAnswer } from './exchange.ts';

/**
 * Statuses after which the same may succeed later: the server is overloaded (429), has no etcd that answers, waits for a webhook, or starts
 * (Kubernetes API conventions, "HTTP Status codes", which suggest a retry for 500 and 504 too).
 */
const passingStatuses: ReadonlySet<number> = new Set([429, 500, 502, 503, 504]);
const longestPauseMs = 30_000;

export function isPassingStatus(status: number): boolean {
  return passingStatuses.has(status);
}

/**
 * What an API server answers with 500 though the same request will never succeed: an apply of a field that the kind does not have, and one of an
 * object whose field managers name a version that is gone (kubernetes#111937).
 */
const lasting = /^failed to create typed patch object|: field not declared in schema|to an invalid group\/version/;

/** Whether the same request may succeed later. */
export function passes({ status, body }: ApiAnswer): boolean {
  return isPassingStatus(status) && !(status === 500 && lasting.test(messageOf(body) ?? ''));
}

/** `Retry-After` (RFC 9110, section 10.2.3) in milliseconds; the form of a date is not used by API servers. */
export function pauseAsked(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Math.min(Number(header) * 1000, longestPauseMs) : undefined;
}

/** An answer that passes, as an error that says how long to wait. */
export class Unavailable extends SealiftError<'KUBERNETES_UNAVAILABLE'> {
  readonly askedPauseMs: number | undefined;
  /** Whether the same request may be sent again: doing it twice is doing it once, or it was not done. */
  readonly repeatable: boolean;

  constructor({ askedPauseMs }: ApiAnswer, repeatable: boolean, reason: string, place: string) {
    super('KUBERNETES_UNAVAILABLE', { values: { reason }, place, ...blamed(reason, place) });
    this.askedPauseMs = askedPauseMs;
    this.repeatable = repeatable;
  }
}

/** A webhook that does not answer is named by the API server, which is well itself then. */
function blamed(reason: string, place: string): Pick<ErrorDetails, 'about' | 'hint'> {
  const [, webhook] = /failed calling webhook "([^"]{1,253})"/.exec(reason) ?? [];
  if (webhook === undefined) return { about: { kind: 'APIServer', name: new URL(place).origin } };
  return {
    about: { kind: 'Webhook', name: webhook },
    hint: `Bring back what answers the webhook ${webhook}: kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations -o wide, then look at its service and pods. Where nothing is meant to answer it any more, delete its configuration.`,
  };
}
