/** What a word of a macro stands for; undefined where nothing sets it. */
export type MacroValue = string | number | boolean | undefined;

type MacroFunction = (...values: readonly MacroValue[]) => MacroValue;

/**
 * The functions of Sprig (https://masterminds.github.io/sprig/) that macros of packs use; the piped value comes last. Strings are
 * cut by their UTF-8 bytes there and by their code units here, which differ in no name or version.
 */
export const macroFunctions: ReadonlyMap<string, MacroFunction> = new Map<string, MacroFunction>([
  ['default', (fallback, value) => (isEmpty(value) ? fallback : value)],
  ['quote', (value) => `"${textOf(value).replaceAll(/["\\]/g, '\\$&')}"`],
  ['squote', (value) => `'${textOf(value)}'`],
  ['upper', (value) => textOf(value).toUpperCase()],
  ['lower', (value) => textOf(value).toLowerCase()],
  ['trim', (value) => textOf(value).trim()],
  ['trunc', (length, value) => cut(textOf(value), Number(length))],
  ['trimPrefix', (prefix, value) => withoutPrefix(textOf(value), textOf(prefix))],
  ['trimSuffix', (suffix, value) => withoutSuffix(textOf(value), textOf(suffix))],
  ['replace', (old, fresh, value) => textOf(value).replaceAll(textOf(old), () => textOf(fresh))],
  ['substr', (start, end, value) => substring(textOf(value), Number(start), Number(end))],
  ['b64enc', (value) => base64(textOf(value))],
]);

/** As a template prints it. */
export function textOf(value: MacroValue): string {
  return value === undefined ? '' : String(value);
}

/** What `default` replaces: Go's zero values. */
function isEmpty(value: MacroValue): boolean {
  return value === undefined || value === '' || value === 0 || value === false;
}

function cut(text: string, length: number): string {
  return length < 0 ? text.slice(length) : text.slice(0, length);
}

function substring(text: string, start: number, end: number): string {
  if (start < 0) return text.slice(0, Math.max(end, 0));
  return text.slice(start, end < 0 ? undefined : end);
}

function withoutPrefix(text: string, prefix: string): string {
  return text.startsWith(prefix) ? text.slice(prefix.length) : text;
}

function withoutSuffix(text: string, suffix: string): string {
  return suffix !== '' && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text;
}

function base64(text: string): string {
  return btoa(String.fromCodePoint(...new TextEncoder().encode(text)));
}
