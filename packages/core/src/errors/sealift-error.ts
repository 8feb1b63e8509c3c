import { catalogue, type ErrorCode } from './catalogue.ts';
import type { ErrorDefinition, NextAction } from './definition.ts';
import { reasonOf } from './reason-of.ts';

/** What an error carries besides its code. */
export interface ErrorDetails {
  /** Where: a file with line and column, a path in a document, a URL, a command argument. */
  readonly place?: string;
  /** Values for the `{slots}` of the message and the hint. Never put a secret here. */
  readonly values?: Readonly<Record<string, string | number>>;
  /** Replaces the catalogue's hint where a better remedy is known. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** The only error type that Sealift shows to people: a code of the catalogue, a place and a remedy. */
export class SealiftError extends Error {
  override readonly name = 'SealiftError';
  readonly code: ErrorCode;
  readonly place: string | undefined;
  readonly hint: string;
  readonly status: number;
  readonly exit: number;
  readonly next: NextAction;

  constructor(code: ErrorCode, details: ErrorDetails = {}) {
    const definition: ErrorDefinition = catalogue[code];
    super(fill(definition.message, details.values), details.cause === undefined ? {} : { cause: details.cause });
    this.code = code;
    this.place = details.place;
    this.hint = fill(details.hint ?? definition.hint, details.values);
    this.status = definition.status;
    this.exit = definition.exit;
    this.next = definition.next;
  }
}

/** Narrows an unknown failure to a catalogue error, optionally of one code. */
export function isSealiftError(error: unknown, code?: ErrorCode): error is SealiftError {
  return error instanceof SealiftError && (code === undefined || error.code === code);
}

/** Any failure as a catalogue error; what is not one becomes `INTERNAL` with the original as its cause. */
export function asSealiftError(error: unknown): SealiftError {
  if (error instanceof SealiftError) return error;
  const reason = reasonOf(error);
  return new SealiftError('INTERNAL', { values: { reason }, cause: error });
}

function fill(text: string, values: ErrorDetails['values']): string {
  return text.replace(/\{(\w+)\}/g, (slot, name: string) => {
    const value = values !== undefined && Object.hasOwn(values, name) ? values[name] : undefined;
    return value === undefined ? slot : String(value);
  });
}
