/** What is shown in a secret's place. */
export const mask = '***';

/** Part of a text: offsets in UTF-16 code units, `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A macro or a variable that stands for the value: `{{ .spectro.var.x }}`, `$(DB_PASSWORD)`, `${DB_PASSWORD}`. */
const reference = /^\s*(?:\{\{[^{}]*\}\}|\$\([\w.-]+\)|\$\{[\w.-]+\}|\$[A-Za-z_]\w*)\s*$/;
const nothing = /^\s*(?:true|false|yes|no|on|off|null|~)?\s*$/i;
const published = /^\s*(?:-----BEGIN (?!.*PRIVATE)|(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-\S+) )/;

/** Whether a value at a secret's place tells anything: nothing, a switch, a reference to a variable and what is public do not. */
export function tellsSecret(value: unknown): boolean {
  if (typeof value === 'number' || typeof value === 'bigint') return true;
  if (typeof value !== 'string') return false;
  if (published.test(value)) return /-----BEGIN [^-]*PRIVATE/.test(value);
  return !nothing.test(value) && !reference.test(value);
}

/** The spans in order, those that meet made one. */
export function joinSpans(spans: readonly Span[]): readonly Span[] {
  const joined: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.start - b.start)) {
    const last = joined.at(-1);
    if (last === undefined || span.start > last.end) joined.push(span);
    else if (span.end > last.end) joined[joined.length - 1] = { start: last.start, end: span.end };
  }
  return joined;
}

/** The text with what `shown` says in the place of each span; the spans are in order. */
export function replaceSpans<Where extends Span>(
  text: string,
  spans: readonly Where[],
  shown: (span: Where) => string,
): string {
  const pieces: string[] = [];
  let copied = 0;
  for (const span of spans) {
    pieces.push(text.slice(copied, span.start), shown(span));
    copied = span.end;
  }
  return pieces.join('') + text.slice(copied);
}
