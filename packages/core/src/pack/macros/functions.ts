/** What a reference can hold. */
export type MacroValue = string | number | boolean;

type Arguments = readonly (MacroValue | undefined)[];

const text = (value: MacroValue | undefined): string => (value === undefined ? '' : String(value));
/** Whole numbers only; what is none would silently cut at another place. */
const whole = (value: MacroValue | undefined): number => {
  const number = Number(value);
  if (value === '' || !Number.isSafeInteger(number)) throw new Error(`${JSON.stringify(value)} is no whole number`);
  return number;
};
const isEmpty = (value: MacroValue | undefined): boolean =>
  value === undefined || value === '' || value === 0 || value === false;
const indented = (width: MacroValue | undefined, value: MacroValue | undefined): string => {
  const spaces = whole(width);
  if (spaces < 0 || spaces > 100) throw new Error('it indents by more than 100');
  return text(value).replaceAll(/^/gm, ' '.repeat(spaces));
};

/** Of Sprig (String Functions, Default Functions, Encoding), those that values of packs use; the piped value comes last. */
const functions = {
  default: { count: 2, of: ([other, value]: Arguments) => (isEmpty(value) ? other : value) },
  quote: { count: 1, of: ([value]: Arguments) => JSON.stringify(text(value)) },
  squote: { count: 1, of: ([value]: Arguments) => `'${text(value)}'` },
  toString: { count: 1, of: ([value]: Arguments) => text(value) },
  int: { count: 1, of: ([value]: Arguments) => whole(value) },
  upper: { count: 1, of: ([value]: Arguments) => text(value).toUpperCase() },
  lower: { count: 1, of: ([value]: Arguments) => text(value).toLowerCase() },
  trim: { count: 1, of: ([value]: Arguments) => text(value).trim() },
  trimPrefix: {
    count: 2,
    of: ([start, value]: Arguments) =>
      text(value).startsWith(text(start)) ? text(value).slice(text(start).length) : text(value),
  },
  trimSuffix: {
    count: 2,
    of: ([end, value]: Arguments) =>
      text(value).endsWith(text(end)) ? text(value).slice(0, text(value).length - text(end).length) : text(value),
  },
  replace: {
    count: 3,
    of: ([old, other, value]: Arguments) => text(value).replaceAll(text(old), () => text(other)),
  },
  substr: {
    count: 3,
    of: ([start, end, value]: Arguments) => {
      const [from, to] = [whole(start), whole(end)];
      if (from < 0) return text(value).slice(0, Math.max(0, to));
      return to < 0 || to > text(value).length ? text(value).slice(from) : text(value).slice(from, to);
    },
  },
  trunc: {
    count: 2,
    of: ([length, value]: Arguments) =>
      whole(length) < 0 ? text(value).slice(whole(length)) : text(value).slice(0, whole(length)),
  },
  indent: { count: 2, of: ([width, value]: Arguments) => indented(width, value) },
  nindent: { count: 2, of: ([width, value]: Arguments) => `\n${indented(width, value)}` },
} satisfies Record<string, { count: number; of: (given: Arguments) => MacroValue | undefined }>;

/** Calls a function by its name. @throws Error saying what is wrong */
export function callFunction(name: string, given: Arguments): MacroValue | undefined {
  const found = Object.hasOwn(functions, name) ? functions[name as keyof typeof functions] : undefined;
  if (found === undefined) throw new Error(`the function ${name} is not known`);
  if (given.length !== found.count)
    throw new Error(`${name} takes ${found.count} values, and is given ${given.length}`);
  return found.of(given);
}
