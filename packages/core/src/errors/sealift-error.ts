import { catalogue, type ErrorCode } from './catalogue.ts';
import type { ErrorDefinition, NextAction } from './definition.ts';
import { reasonOf } from './reason-of.ts';

/** What an error carries besides its code. */
export interface ErrorDetails {
  /** Where: a file with line and column, a path in a document, a URL, a command argument. */
  readonly place?: string;
  /** Values for the `{slots}` of the message and the hint. Never put a secret here. */
  readonly values?: Values;
  /** Replaces the catalogue's hint where a better remedy is known. */
  readonly hint?: string;
  /** The one thing that it is about, for whoever waits until that is mended: `{ kind: 'vCenter', name: 'vc.example.com' }`. */
  readonly about?: About;
  readonly cause?: unknown;
}

/** A thing by its kind and name. */
export interface About {
  readonly kind: string;
  readonly name: string;
}

type Values = Readonly<Record<string, string | number>>;

/** The `{slots}` of a text. */
type Slots<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Slots<Rest> : never;

type SlotsOf<Code extends ErrorCode> = Slots<(typeof catalogue)[Code]['message'] | (typeof catalogue)[Code]['hint']>;

/** The details that an error of a code needs: a value for every slot of its texts, so that none is shown unfilled. */
export type DetailsOf<Code extends ErrorCode> = [SlotsOf<Code>] extends [never]
  ? [details?: ErrorDetails]
  : [details: ErrorDetails & { readonly values: Values & Readonly<Record<SlotsOf<Code>, string | number>> }];

/**
 * The only error type that Sealift shows to people: a code of the catalogue, a place and a remedy.
 *
 * @typeParam Code what it is made with: one code, or several whose texts have the same slots
 */
export class SealiftError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'SealiftError';
  readonly code: ErrorCode;
  readonly place: string | undefined;
  readonly hint: string;
  readonly about: About | undefined;
  readonly status: number;
  readonly exit: number;
  readonly next: NextAction;

  constructor(code: Code, ...given: DetailsOf<Code>) {
    const details: ErrorDetails = given[0] ?? {};
    const definition: ErrorDefinition = catalogue[code];
    super(fill(definition.message, details.values), details.cause === undefined ? {} : { cause: details.cause });
    this.code = code;
    this.place = details.place;
    this.hint = fill(details.hint ?? definition.hint, details.values);
    this.about = details.about;
    this.status = definition.status;
    this.exit = definition.exit;
    this.next = definition.next;
  }

  /** The same failure with the remedy that fits where it happened. */
  withHint(hint: string): SealiftError {
    const copy: SealiftError = Object.create(this, { hint: { value: hint, enumerable: true } });
    return copy;
  }

  /** The same failure with the place where somebody has to look for it. */
  withPlace(place: string): SealiftError {
    const copy: SealiftError = Object.create(this, { place: { value: place, enumerable: true } });
    return copy;
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
