import { isSealiftError, SealiftError } from '@sealift/core/errors';
import { ConnectionFailure } from '@sealift/io/http/failure';
import { fieldOf, refused } from '../connection/answer.ts';
import type { ApiAnswer } from '../connection/exchange.ts';
import { isPassingStatus } from '../connection/unavailable.ts';

/** The server no longer keeps the changes since a resource version (HTTP 410): what there is has to be read anew. */
export class Expired extends Error {
  override readonly name = 'Expired';
}

/** The server has not come as far as the resource version that it is asked from (`ResourceVersionTooLarge`): another one is ahead of it. */
export class Behind extends Error {
  override readonly name = 'Behind';
  readonly askedPauseMs: number | undefined;

  constructor(askedPauseMs: number | undefined) {
    super('the server is behind what it already gave');
    this.askedPauseMs = askedPauseMs;
  }
}

/** What a `Status` in place of a stream, or in it, means for a watch. */
export function failureOfStatus(answer: ApiAnswer, path: string): Error {
  const { status, body, askedPauseMs } = answer;
  if (status === 410) return new Expired();
  if (status === 504 && isTooLarge(body)) return new Behind(askedPauseMs);
  if (isPassingStatus(status)) {
    const reason = fieldOf(body, 'message');
    const values = { reason: typeof reason === 'string' ? reason.slice(0, 500) : `HTTP status ${status}` };
    return new SealiftError('KUBERNETES_UNAVAILABLE', { values });
  }
  return refused(answer, 'watch', path);
}

function isTooLarge(body: unknown): boolean {
  const causes = fieldOf(fieldOf(body, 'details'), 'causes');
  if (!Array.isArray(causes)) return false;
  return causes.some((one: unknown) => fieldOf(one, 'reason') === 'ResourceVersionTooLarge');
}

/** Whether a failure passes while a control plane is replaced. A certificate that is not accepted does not. */
export function passes(error: unknown): boolean {
  if (error instanceof Expired || error instanceof Behind) return true;
  if (isSealiftError(error, 'KUBERNETES_REWOUND') || isSealiftError(error, 'KUBERNETES_UNAVAILABLE')) return true;
  if (!isSealiftError(error, 'KUBERNETES_UNREACHABLE')) return false;
  return !(error.cause instanceof ConnectionFailure && error.cause.aboutCertificate);
}
