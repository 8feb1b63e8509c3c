/**
 * What a caller may sensibly do after a failure.
 * - `retry`: the same call may succeed later, unchanged.
 * - `wait`: something else has to finish first.
 * - `needs-a-person`: someone has to change an input, a setting or a right.
 * - `fatal`: the data or the installation is damaged; repeating is pointless.
 */
export type NextAction = 'retry' | 'wait' | 'needs-a-person' | 'fatal';

/** One kind of failure, declared once. `message` and `hint` may hold `{name}` slots filled from the error's details. */
export interface ErrorDefinition {
  readonly message: string;
  /** The remedy, in one sentence, addressed to the person reading it. */
  readonly hint: string;
  /** HTTP status when an API route fails with it (RFC 9110). */
  readonly status: number;
  /** Process exit code when a command fails with it: 1 usage or environment, 2 integrity, signature or bad input to a check. */
  readonly exit: number;
  readonly next: NextAction;
}

/** Declares an area's errors; keeps the literal codes in the type. */
export function defineErrors<const Definitions extends Readonly<Record<string, ErrorDefinition>>>(
  definitions: Definitions,
): Definitions {
  return definitions;
}
