import { SealiftError } from '@sealift/core/errors';
import type { ApiAnswer } from './exchange.ts';

/** The body of an answer that says yes. @throws KUBERNETES_CONFLICT, KUBERNETES_REFUSED */
export function accepted(answer: ApiAnswer, verb: string, object: string): unknown {
  if (answer.status >= 200 && answer.status < 300) return answer.body;
  if (answer.status === 409) throw new SealiftError('KUBERNETES_CONFLICT', { values: { object } });
  throw refused(answer, verb, object);
}

/** What the server said no to, in its own words. */
export function refused(answer: ApiAnswer, verb: string, object: string): SealiftError {
  const reason = messageOf(answer.body) ?? `HTTP status ${answer.status}`;
  return new SealiftError('KUBERNETES_REFUSED', { values: { verb, object, reason } });
}

/** The message of a `Status` (Kubernetes API conventions, "Response Status Kind"), fit for a terminal. */
export function messageOf(body: unknown): string | undefined {
  const message = fieldOf(body, 'message');
  return typeof message === 'string' ? readable(message) : undefined;
}

/** The `reason` of a `Status`, such as `AlreadyExists`. */
export function statusReasonOf(body: unknown): string | undefined {
  const reason = fieldOf(body, 'reason');
  return typeof reason === 'string' ? reason : undefined;
}

/** Whether a 404 is about this very object, and not about a path that is not served or a namespace that is not there. */
export function isAbsent({ status, body }: ApiAnswer, name: string): boolean {
  return status === 404 && statusReasonOf(body) === 'NotFound' && fieldOf(fieldOf(body, 'details'), 'name') === name;
}

/** A text from outside without control characters, cut where nobody reads on. */
export function readable(text: string, length = 500): string {
  return text
    .slice(0, length * 4)
    .replaceAll(/\p{C}+/gu, ' ')
    .slice(0, length);
}

/** A member of what a server sent; undefined where it has none of its own. */
export function fieldOf(body: unknown, name: string): unknown {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, name)) return undefined;
  return (body as Readonly<Record<string, unknown>>)[name];
}
