import { Document, parse, Scalar } from 'yaml';

const options = { lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER };

/**
 * A text as YAML, ready to be given as a value of one's own: a literal block scalar where it can be one, else in double quotes (control characters,
 * CRLF, a last line of spaces alone).
 */
export function stringSource(value: string): string {
  const scalar = new Scalar(value);
  const written = underKey(scalar);
  // Where every line end at the end counts, the last one does too.
  const source = /^\|2?\+/.test(written) ? written : written.replace(/\n$/, '');
  if (parse(source) === value) return source;
  scalar.type = 'QUOTE_DOUBLE';
  return underKey(scalar).trimEnd();
}

/** An indentation that has to be said counts from the key's. */
function underKey(scalar: Scalar<string>): string {
  return new Document({ v: scalar }).toString(options).slice('v: '.length);
}
