import { SealiftError } from '../../errors/sealift-error.ts';
import { callFunction, type MacroValue } from './functions.ts';

/** What a reference such as `.spectro.var.domain` holds; undefined where nothing sets it. */
export type MacroLookup = (reference: string) => MacroValue | undefined;

const ours = /\{\{(?:(?!\}\}|\{\{)[^\n])*\.spectro\.(?:(?!\}\})[^\n])*\}\}/g;
const token =
  /\s*(?:("(?:[^"\\]|\\.)*"|`[^`]*`)|(-?\d+)(?![\w.])|(\.[\w.[\]-]*[\w\]-])|(true|false)(?!\w)|([A-Za-z]\w*)|(\|))/y;
const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

/** Whether a text holds a macro that is resolved when a pack is applied; macros of other kinds are the chart's own. */
export function holdsPackMacro(text: string): boolean {
  return text.includes('.spectro.') && text.search(ours) !== -1;
}

/**
 * Resolves the macros `{{ .spectro.… }}` of a text (Go text/template: a reference or a call, then functions after `|`). What other
 * macros it holds stays as it is.
 *
 * @param place for errors: what the text is of
 * @throws PACK_MACRO_UNSET naming the reference, PACK_MACRO_INVALID
 */
export function resolveMacros(text: string, lookup: MacroLookup, place: string): string {
  if (!text.includes('.spectro.')) return text;
  return text.replace(ours, (macro) => String(resolveMacro(macro, lookup, place)));
}

function resolveMacro(macro: string, lookup: MacroLookup, place: string): MacroValue {
  let unset: string | undefined;
  try {
    let piped: [MacroValue | undefined] | [] = [];
    for (const stage of stagesOf(macro.slice(2, -2))) {
      const values = stage.values.map((value): MacroValue | undefined => {
        if (value.kind === 'literal') return value.value;
        const found = lookup(value.reference);
        if (found === undefined) unset ??= value.reference;
        return found;
      });
      piped = [stage.name === undefined ? only(values, piped) : callFunction(stage.name, [...values, ...piped])];
      // A default makes up for what is unset before it.
      if (stage.name === 'default' && piped[0] !== undefined) unset = undefined;
    }
    const [result] = piped;
    if (unset === undefined && result !== undefined) return result;
    if (unset === undefined) throw new Error('it has no value');
  } catch (error) {
    if (unset === undefined) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new SealiftError('PACK_MACRO_INVALID', { values: { macro, place, reason } });
    }
  }
  throw new SealiftError('PACK_MACRO_UNSET', { values: { reference: unset, place } });
}

function only(values: readonly (MacroValue | undefined)[], piped: readonly unknown[]): MacroValue | undefined {
  if (values.length !== 1 || piped.length > 0) throw new Error('a value stands where a function must');
  return values[0];
}

type Value =
  | { readonly kind: 'literal'; readonly value: MacroValue }
  | { readonly kind: 'reference'; readonly reference: string };

/** Between two `|`: a function with values, or a value alone. */
interface Stage {
  name: string | undefined;
  readonly values: Value[];
}

function stagesOf(inside: string): readonly Stage[] {
  const stages: Stage[] = [{ name: undefined, values: [] }];
  token.lastIndex = 0;
  const end = inside.trimEnd().length;
  while (token.lastIndex < end) {
    const from = token.lastIndex;
    const [all, quoted, number, reference, truth, word, pipe] = token.exec(inside) ?? [];
    const stage = stages.at(-1);
    if (all === undefined || stage === undefined)
      throw new Error(`${inside.slice(from, from + 20).trim()} is not known`);
    if (pipe !== undefined) stages.push({ name: undefined, values: [] });
    else if (reference !== undefined) stage.values.push({ kind: 'reference', reference });
    else if (word === undefined) stage.values.push({ kind: 'literal', value: literal(quoted, number, truth) });
    else if (stage.name === undefined && stage.values.length === 0) stage.name = word;
    else throw new Error(`${word} stands where a value must`);
  }
  if (stages.some(({ name, values }) => name === undefined && values.length === 0)) throw new Error('a part is empty');
  return stages;
}

function literal(quoted: string | undefined, number: string | undefined, truth: string | undefined): MacroValue {
  if (number !== undefined) return Number(number);
  if (truth !== undefined) return truth === 'true';
  const inside = (quoted ?? '').slice(1, -1);
  if (quoted?.startsWith('`') === true) return inside;
  return inside.replaceAll(/\\(.)/gs, (_, letter: string) => escapes[letter] ?? letter);
}
