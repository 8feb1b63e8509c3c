import type { Problem } from './problem-schema.ts';
import type { SealiftError } from './sealift-error.ts';

/** Renders a catalogue error as problem details. */
export function toProblem(error: SealiftError): Problem {
  return {
    type: `https://sealift.dev/errors/${error.code}`,
    title: error.code,
    status: error.status,
    code: error.code,
    detail: error.message,
    ...(error.place === undefined ? {} : { place: error.place }),
    hint: error.hint,
    next: error.next,
  };
}
