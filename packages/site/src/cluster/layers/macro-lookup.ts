import { isSealiftError } from '@sealift/core/errors';
import { type AppliedValues, type MacroLookup, type MacroValue, readAppliedValues } from '@sealift/core/pack';

/** What macros of packs refer to. */
export interface MacroSources {
  /** By name below `.spectro.system`, such as `cluster.name`. */
  readonly system: Readonly<Record<string, string>>;
  /** By name below `.spectro.var`. */
  readonly variables: Readonly<Record<string, MacroValue>>;
  /** Values of the layers by the name of their pack, as text. */
  readonly packs: ReadonlyMap<string, string>;
}

/**
 * Finds what `.spectro.system.<name>`, `.spectro.var.<name>` and `.spectro.pack.<pack>.<path in its values>` refer to. A value of
 * another pack that holds a macro itself is not followed.
 */
export function macroLookup({ system, variables, packs }: MacroSources): MacroLookup {
  const read = new Map<string, AppliedValues>();
  const valuesOf = (pack: string, text: string): AppliedValues => {
    const values = read.get(pack) ?? withoutMacros(text, pack);
    read.set(pack, values);
    return values;
  };
  return (reference) => {
    const [kind, rest] = /^\.spectro\.(system|var|pack)\.(.+)$/.exec(reference)?.slice(1) ?? [];
    if (rest === undefined) return undefined;
    if (kind === 'system') return own(system, rest);
    if (kind === 'var') return own(variables, rest);
    // Names of packs may have dots, and so the longest that is there counts.
    const pack = [...packs.keys()].filter((name) => rest.startsWith(`${name}.`)).sort((a, b) => b.length - a.length)[0];
    if (pack === undefined) return undefined;
    // `list[0].name` is `list.0.name`.
    const path = rest.slice(pack.length + 1).replaceAll(/\[(\d+)\]/g, '.$1');
    return scalarAt(valuesOf(pack, packs.get(pack) ?? ''), path.split('.'));
  };
}

const macroMark = '\uF8FF';

/** Every macro is left as a mark, which no value of use has. */
function withoutMacros(text: string, pack: string): AppliedValues {
  try {
    return readAppliedValues(text, () => macroMark, pack);
  } catch (error) {
    // What the pack itself could not be applied with is no source either; the reference is then one that nothing sets.
    if (isSealiftError(error)) return {};
    throw error;
  }
}

function scalarAt(values: AppliedValues, path: readonly string[]): MacroValue | undefined {
  let at: unknown = values;
  for (const name of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Readonly<Record<string, unknown>>)[name];
  }
  const isScalar = typeof at === 'string' || typeof at === 'number' || typeof at === 'boolean';
  return isScalar && !String(at).includes(macroMark) ? (at as MacroValue) : undefined;
}

function own<Value>(of: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(of, name) ? of[name] : undefined;
}
