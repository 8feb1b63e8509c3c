import { catalogue, type ErrorCode } from './catalogue.ts';
import type { Problem } from './problem-schema.ts';
import { type ErrorDetails, SealiftError } from './sealift-error.ts';

/** The error that a problem was made of, where it was thrown in another thread. What is of no known code is INTERNAL. */
export function fromProblem({ code, detail, place, hint }: Problem): SealiftError {
  if (!isCode(code)) return new SealiftError('INTERNAL', { values: { reason: detail } });
  // Message and hint are filled already: there are no slots left.
  const Filled = SealiftError as new (known: ErrorCode, details: ErrorDetails) => SealiftError;
  const error = new Filled(code, { hint, ...(place === undefined ? {} : { place }) });
  Object.defineProperty(error, 'message', { value: detail });
  return error;
}

function isCode(code: string): code is ErrorCode {
  return Object.hasOwn(catalogue, code);
}
