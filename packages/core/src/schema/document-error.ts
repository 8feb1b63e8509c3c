/** Why a document is refused, before the reader knows which code of the catalogue says so. */
export class DocumentError extends Error {
  override readonly name = 'DocumentError';
  /** Where inside the document: `:3:7` (line and column from 1), `#/spec/layers/0`, both, or empty for the whole. */
  readonly at: string;

  constructor(reason: string, at = '') {
    super(reason);
    this.at = at;
  }
}

/** A path as the fragment form of a JSON Pointer (RFC 6901, sections 3 to 6, without percent-encoding): `#/a~1b/0`. */
export function pointerFragment(path: readonly PropertyKey[]): string {
  if (path.length === 0) return '';
  return `#${path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')}`;
}
