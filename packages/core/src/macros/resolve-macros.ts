import { SealiftError } from '../errors/index.ts';
import { readPlain } from '../merge/index.ts';
import { type Command, parseExpression, type Word } from './expression.ts';
import { macroFunctions, type MacroValue, textOf } from './functions.ts';

/** What macros can refer to. */
export interface MacroSources {
  /** `{{ .spectro.system.<path> }}`, such as `cluster.name` and `kubernetes.version`. */
  readonly system: ReadonlyMap<string, string>;
  /** `{{ .spectro.var.<name> }}`. */
  readonly variables: ReadonlyMap<string, string>;
  /** `{{ .spectro.pack.<pack>.<path> }}`: the values of every layer of the profile by its pack's name, as they are written. */
  readonly packs: ReadonlyMap<string, string>;
}

/** A macro may lead to a value that holds a macro; further than this it is a mistake. */
const deepest = 8;
/** A macro stands in one line. */
const macroPattern = /\{\{-?((?:(?!\}\}).)*?)-?\}\}/g;
const ours = '.spectro.';

/**
 * Puts values in place of the macros of a text that refer to `.spectro.`; those of a chart's own templates are left as they are.
 *
 * @param place what errors call the text
 * @throws MACRO_UNRESOLVED when nothing sets what a macro refers to; MACRO_UNSUPPORTED
 */
export function resolveMacros(text: string, sources: MacroSources, place: string): string {
  return new Resolution(sources).text(text, place, 0);
}

class Resolution {
  readonly #sources: MacroSources;
  readonly #packs = new Map<string, unknown>();

  constructor(sources: MacroSources) {
    this.#sources = sources;
  }

  text(text: string, place: string, depth: number): string {
    if (!text.includes(ours)) return text;
    return text.replaceAll(macroPattern, (macro: string, inside: string, offset: number) => {
      if (!inside.includes(ours)) return macro;
      return this.#resolve(macro, inside, `${place}:${text.slice(0, offset).split('\n').length}`, depth);
    });
  }

  #resolve(macro: string, inside: string, place: string, depth: number): string {
    const unsupported = (reason: string): SealiftError =>
      new SealiftError('MACRO_UNSUPPORTED', { place, values: { macro, reason } });
    const commands = parseExpression(inside);
    if (commands === undefined)
      throw unsupported('only references, literals and functions with pipes between them are read');
    if (depth >= deepest) throw unsupported('it leads to itself');
    let piped: { readonly value: MacroValue } | undefined;
    for (const command of commands) {
      piped = { value: this.#run(command, piped, { place, depth, unsupported }) };
    }
    if (piped?.value === undefined) {
      const reference = /\.spectro\.[^\s|]+/.exec(inside)?.[0] ?? inside.trim();
      throw new SealiftError('MACRO_UNRESOLVED', { place, values: { macro, reference } });
    }
    return textOf(piped.value);
  }

  #run(command: Command, piped: { readonly value: MacroValue } | undefined, at: Place): MacroValue {
    const [first, ...others] = command;
    const rest = [...others.map((word) => this.#value(word, at)), ...(piped === undefined ? [] : [piped.value])];
    if (first?.kind !== 'name') {
      if (first === undefined || rest.length > 0) throw at.unsupported('a value is no function');
      return this.#value(first, at);
    }
    const run = macroFunctions.get(first.name);
    if (run === undefined) throw at.unsupported(`the function ${first.name} is not known here`);
    if (rest.length !== run.length)
      throw at.unsupported(`${first.name} takes ${run.length} values, not ${rest.length}`);
    // Only `default` says what stands for nothing.
    if (first.name !== 'default' && rest.includes(undefined)) return undefined;
    return run(...rest);
  }

  #value(word: Word, at: Place): MacroValue {
    if (word.kind === 'literal') return word.value;
    if (word.kind === 'name') throw at.unsupported(`${word.name} is no value`);
    const [, kind, path] = /^\.spectro\.(system|var|pack)\.(.+)$/.exec(word.path) ?? [];
    if (kind === 'system') return this.#sources.system.get(path ?? '');
    if (kind === 'var') return this.#sources.variables.get(path ?? '');
    if (kind === 'pack') return this.#ofPack(path ?? '', at);
    throw at.unsupported(`${word.path} is neither of system, var nor pack`);
  }

  #ofPack(path: string, { place, depth, unsupported }: Place): MacroValue {
    const pack = longestPrefix(path, (name) => this.#sources.packs.has(name));
    if (pack === undefined) return undefined;
    const found = descend(this.#valuesOf(pack), path.slice(pack.length + 1));
    if (found === undefined || found === null) return undefined;
    if (typeof found === 'string') return this.text(found, `${place}, the values of ${pack}`, depth + 1);
    if (typeof found === 'number' || typeof found === 'boolean') return found;
    throw unsupported(`${path} of ${pack} is a mapping or a list`);
  }

  #valuesOf(pack: string): unknown {
    if (!this.#packs.has(pack)) {
      const text = this.#sources.packs.get(pack) ?? '';
      this.#packs.set(pack, text.trim() === '' ? {} : readPlain(text, `the values of ${pack}`));
    }
    return this.#packs.get(pack);
  }
}

/** Where a macro stands, and how to refuse it. */
interface Place {
  readonly place: string;
  readonly depth: number;
  readonly unsupported: (reason: string) => SealiftError;
}

/** What a dotted path leads to; keys may hold dots themselves, the longest that fits is taken. */
function descend(value: unknown, path: string): unknown {
  if (path === '') return value;
  if (Array.isArray(value)) {
    const [, index, rest] = /^\[?(\d+)\]?(?:\.|(?=\[)|$)(.*)$/.exec(path) ?? [];
    return index === undefined ? undefined : descend(value[Number(index)], rest ?? '');
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const key = longestPrefix(path, (name) => Object.hasOwn(value, name));
  if (key === undefined) return undefined;
  return descend((value as Readonly<Record<string, unknown>>)[key], path.slice(key.length).replace(/^\./, ''));
}

/** The longest beginning of a dotted path, ending before a dot, a bracket or at its end, that is known. */
function longestPrefix(path: string, isKnown: (prefix: string) => boolean): string | undefined {
  const ends = [...path.matchAll(/[.[]/g)].map(({ index }) => index).toReversed();
  return [path.length, ...ends].map((end) => path.slice(0, end)).find((prefix) => prefix !== '' && isKnown(prefix));
}
