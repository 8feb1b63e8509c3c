import { filledIn, hasVariable } from './variables.ts';

/** The flags of a program, by name, in their order; of a name that comes twice, all that it was given. */
type Flags = ReadonlyMap<string, readonly string[]>;

/** The flag that takes a list of names with values: each of them is a setting of its own. */
const gates = 'feature-gates';

/** Arguments of one container, from every side that has a say. */
export interface ArgumentSides {
  /** Of the components that come; may have variables. */
  readonly coming: readonly string[];
  /** As they are. */
  readonly running: readonly string[];
  /** Of the components that were applied last: what is otherwise now was set by hand. */
  readonly base: readonly string[];
}

/** What becomes of them. */
export interface SettledArguments {
  readonly args: readonly string[];
  /** What the components themselves come to: the next base. */
  readonly base: readonly string[];
  /** Flags and feature gates that stay as a person set them: `--v`, `feature gate ClusterTopology`. */
  readonly kept: readonly string[];
  /** Flags and gates that run and that are no more afterwards, as nobody set them by hand. */
  readonly dropped: readonly string[];
  /** Variables without a value that the components have no default for. */
  readonly open: readonly string[];
}

/**
 * Three-way, flag by flag and gate by gate: what a person changed since the last components stays, all else is as the components that come say. A
 * variable of theirs takes the value that runs, else its default.
 */
export function settleArguments({ coming, running, base }: ArgumentSides): SettledArguments {
  const [next, now, before] = [readFlags(coming), readFlags(running), readFlags(base)];
  const told = { kept: [] as string[], dropped: [] as string[], open: [] as string[] };
  const args: string[] = [];
  const plain: string[] = [];
  const take = (name: string, resolved: readonly string[] | undefined): void => {
    const [r, b] = [now.get(name), before.get(name)];
    plain.push(...(resolved ?? []));
    const isByHand = !isSame(r, b);
    const wanted = isByHand ? r : resolved;
    if (isByHand && !isSame(r, resolved)) told.kept.push(r === undefined ? `without --${name}` : `--${name}`);
    if (wanted === undefined && r !== undefined) told.dropped.push(`--${name}`);
    args.push(...(wanted ?? []));
  };
  const takeGates = (): void => {
    const settled = settleGates(gatesOf(next), gatesOf(now), gatesOf(before), told);
    if (settled.args.size > 0) args.push(printGates(settled.args));
    if (settled.base.size > 0) plain.push(printGates(settled.base));
  };
  for (const [name, given] of next) {
    if (name === gates) takeGates();
    else take(name, resolve(given, now.get(name), told.open));
  }
  for (const name of now.keys()) {
    if (next.has(name)) continue;
    if (name === gates) takeGates();
    else take(name, undefined);
  }
  return { args, base: plain, ...told };
}

/** The same for feature gates, whose values may be variables. */
function settleGates(
  next: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, string>,
  before: ReadonlyMap<string, string>,
  told: { readonly kept: string[]; readonly dropped: string[]; readonly open: string[] },
): { readonly args: ReadonlyMap<string, string>; readonly base: ReadonlyMap<string, string> } {
  const args = new Map<string, string>();
  const base = new Map<string, string>();
  for (const name of new Set([...next.keys(), ...now.keys()])) {
    const [given, r, b] = [next.get(name), now.get(name), before.get(name)];
    const [resolved] = given === undefined ? [] : resolve([given], r === undefined ? undefined : [r], told.open);
    if (resolved !== undefined) base.set(name, resolved);
    const wanted = r === b ? resolved : r;
    if (r !== b && r !== resolved) told.kept.push(`${r === undefined ? 'without ' : ''}feature gate ${name}`);
    if (wanted === undefined && r !== undefined) told.dropped.push(`feature gate ${name}`);
    if (wanted !== undefined) args.set(name, wanted);
  }
  return { args, base };
}

/**
 * What the components that were applied last are taken to have had, where nothing was recorded of them.
 *
 * @param mayBeByHand whether anybody else than a program that installs components has set the arguments. Then every difference to what comes is
 * kept; but a feature gate that what comes does not name is not, since a manager ends when it is told of one that it does not know.
 */
export function presumedBase(
  coming: readonly string[],
  running: readonly string[],
  mayBeByHand: boolean,
): readonly string[] {
  if (!mayBeByHand) return running;
  const [next, now] = [readFlags(coming), readFlags(running)];
  const [nextGates, nowGates] = [gatesOf(next), gatesOf(now)];
  const settled = new Map(
    [...nowGates].map(([name, value]) => [name, filledInOr(nextGates.get(name) ?? value, value)]),
  );
  const flags = [...next].flatMap(([name, given]) => {
    const runs = now.get(name);
    if (name === gates || runs === undefined) return [];
    return given.some(hasVariable) ? runs : given;
  });
  return settled.size === 0 ? flags : [...flags, printGates(settled)];
}

function filledInOr(text: string, running: string): string {
  return hasVariable(text) ? running : text;
}

/** With variables: what runs, else their defaults. */
function resolve(given: readonly string[], running: readonly string[] | undefined, open: string[]): readonly string[] {
  if (!given.some(hasVariable)) return given;
  if (running !== undefined) return running;
  return given.map((text) => {
    const filled = filledIn(text);
    if (filled.open !== undefined) open.push(filled.open);
    return filled.text;
  });
}

function readFlags(args: readonly string[]): Flags {
  const found = new Map<string, string[]>();
  let last = '';
  for (const text of args) {
    if (text.startsWith('-')) last = text.replace(/^-+/, '').replace(/=.*$/s, '');
    const all = found.get(last) ?? [];
    all.push(text);
    found.set(last, all);
  }
  return found;
}

function gatesOf(flags: Flags): ReadonlyMap<string, string> {
  const [first, second] = flags.get(gates) ?? [];
  const equals = first?.indexOf('=') ?? -1;
  const list = equals === -1 ? second : first?.slice(equals + 1);
  const pairs = (list ?? '').split(',').flatMap((pair): [string, string][] => {
    const at = pair.indexOf('=');
    return at === -1 ? [] : [[pair.slice(0, at), pair.slice(at + 1)]];
  });
  return new Map(pairs);
}

function printGates(all: ReadonlyMap<string, string>): string {
  return `--${gates}=${[...all].map(([name, value]) => `${name}=${value}`).join(',')}`;
}

function isSame(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.length === b.length && a.every((text, index) => text === b[index]);
}
