import { Findings } from './findings.ts';
import { isMapping, type Mapping } from './values-images.ts';
import { textOf } from './image-parts.ts';

/** What a template may look into. */
export interface TemplateScope {
  readonly values: Mapping;
  /** Of Chart.yaml: `Name`, `Version`, `AppVersion`. */
  readonly chart: Readonly<Record<string, string>>;
}

const maxLineLength = 2000;
/** A line that sets an image, as text or by a template; a mapping has nothing behind the colon. */
const imageLine = /^[ \t]*(?:-[ \t]+)?["']?image["']?:[ \t]+(\S.*?)[ \t]*$/;

/**
 * Every image that the lines of a chart's template name. Where a line is made of plain values (`{{ .Values.image }}`, with
 * `default`, `quote` and the like), it is worked out; where it calls a helper or stands in a loop, it is uncertain.
 */
export function imagesInTemplate(text: string, place: string, scope: TemplateScope): Findings {
  const found = new Findings();
  for (const [index, line] of withoutComments(text).split('\n').entries()) {
    const at = `${place}:${index + 1}`;
    if (line.length > maxLineLength) {
      if (line.includes('image')) found.doubt(at, line, 'unreadable');
      continue;
    }
    const [, raw] = imageLine.exec(line) ?? [];
    if (raw === undefined || line.trimStart().startsWith('#')) continue;
    const resolved = resolve(raw, scope);
    if (resolved === undefined) found.doubt(at, raw, 'template');
    else if (resolved.disabled) found.doubt(at, resolved.text, 'disabled');
    else if (resolved.text !== '') found.name(at, resolved.text);
  }
  return found;
}

/** Takes out the comments of Go templates and keeps their line breaks. */
function withoutComments(text: string): string {
  const start = /\{\{-?[ \t]*\/\*/g;
  let kept = '';
  let at = 0;
  for (;;) {
    start.lastIndex = at;
    const found = start.exec(text);
    const end = found === null ? -1 : text.indexOf('*/', found.index);
    const close = end < 0 ? -1 : text.indexOf('}}', end);
    if (found === null || close < 0) return kept + text.slice(at);
    kept += text.slice(at, found.index) + text.slice(found.index, close).replace(/[^\n]+/g, '');
    at = close + 2;
  }
}

interface Resolved {
  readonly text: string;
  readonly disabled: boolean;
}

function resolve(raw: string, scope: TemplateScope): Resolved | undefined {
  let failed = false;
  let disabled = false;
  const text = raw.replace(/\{\{-?([\s\S]*?)-?\}\}/g, (_, expression: string) => {
    const value = pipeline(expression, scope);
    if (value === undefined) failed = true;
    disabled ||= value?.disabled ?? false;
    return value?.text ?? '';
  });
  const plain = text
    .replace(/[ \t]+#.*$/, '')
    .trim()
    .replace(/^(["'])(.*)\1$/, '$2');
  // A part that came out empty leaves its separator behind.
  if (failed || plain.includes('{{') || /^[/:@]|[/:@]$|\/\/|::/.test(plain)) return undefined;
  return { text: plain, disabled };
}

/** A Go template pipeline of the simplest kind; anything else is not known. */
function pipeline(expression: string, scope: TemplateScope): Resolved | undefined {
  const [first = '', ...filters] = expression.split('|').map((part) => part.trim());
  let value = call(first, scope);
  for (const filter of filters) {
    if (value === undefined) return undefined;
    const [name = '', ...rest] = words(filter);
    if (['quote', 'squote', 'toString', 'trim', 'toYaml'].includes(name) && rest.length === 0) continue;
    if (name !== 'default' || rest.length !== 1) return undefined;
    if (value.text === '') value = term(rest[0] ?? '', scope);
  }
  return value;
}

function call(text: string, scope: TemplateScope): Resolved | undefined {
  const [first = '', ...rest] = words(text);
  if (rest.length === 0) return term(first, scope);
  if (first === 'quote' && rest.length === 1) return term(rest[0] ?? '', scope);
  if (first !== 'default' || rest.length !== 2) return undefined;
  const given = term(rest[1] ?? '', scope);
  return given === undefined || given.text !== '' ? given : term(rest[0] ?? '', scope);
}

function words(text: string): readonly string[] {
  return text.match(/"[^"]*"|\S+/g) ?? [];
}

function term(text: string, { values, chart }: TemplateScope): Resolved | undefined {
  const [, literal] = /^"([^"\\]*)"$/.exec(text) ?? [];
  if (literal !== undefined) return { text: literal, disabled: false };
  const [, property] = /^\$?\.Chart\.([A-Za-z]+)$/.exec(text) ?? [];
  if (property !== undefined) return { text: chart[property] ?? '', disabled: false };
  const [, path] = /^\$?\.Values\.([A-Za-z0-9_.]+)$/.exec(text) ?? [];
  return path === undefined ? undefined : lookUp(values, path.split('.'));
}

function lookUp(values: Mapping, path: readonly string[]): Resolved | undefined {
  let at: unknown = values;
  let disabled = false;
  for (const part of path) {
    if (!isMapping(at)) return { text: '', disabled };
    disabled ||= at['enabled'] === false;
    at = Object.hasOwn(at, part) ? at[part] : undefined;
  }
  if (isMapping(at) || Array.isArray(at)) return undefined;
  return { text: textOf(at), disabled };
}
