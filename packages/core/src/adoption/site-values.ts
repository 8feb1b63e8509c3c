import { stringify } from 'yaml';
import { isSealiftError } from '../errors/sealift-error.ts';
import { merge } from '../merge/merge.ts';
import { readPlain } from '../merge/read-plain.ts';
import { isSameValue, isTree, laidOver, own, type ValuesTree } from './chart-values.ts';

/** A pack, and what runs of it. */
export interface RunningPack {
  /** Its default `values.yaml`. */
  readonly base: string;
  readonly charts: readonly RunningChart[];
}

/** A chart of a pack, and what its release runs. */
interface RunningChart {
  readonly chart: string;
  /** What the pack's default values give it, their macros resolved. */
  readonly wanted: ValuesTree;
  /** What its user gave to Helm. */
  readonly given: ValuesTree;
  /** The chart's own values. */
  readonly defaults: ValuesTree;
}

/**
 * A pack's default values with what the site runs in its place: changed where Helm's release has another value, with the defaults' comments,
 * order and macros elsewhere.
 *
 * @returns undefined where the text cannot be made; one that was made is proved by laying the pack out with it again
 */
export function siteValues({ base, charts }: RunningPack): string | undefined {
  try {
    const read = readPlain(base, 'the default values') ?? {};
    if (!isTree(read)) return undefined;
    const sections = own(read, 'charts');
    const changed = new Map(Object.entries(isTree(sections) ? sections : {}));
    for (const { chart, wanted, given, defaults } of charts) {
      const written = changed.get(chart);
      const runs = laidOver(defaults, given);
      const section = sectionOf({ written: isTree(written) ? written : {}, wanted, given, defaults, runs });
      if (changed.has(chart) || Object.keys(section).length > 0) changed.set(chart, section);
    }
    const runs = { ...read, charts: Object.fromEntries(changed) };
    if (isSameValue(read, runs)) return base;
    // Two forms of the same defaults: what differs between them is comments and layout alone, and the defaults' own are taken.
    const merged = merge({ base: textOf(read), current: textOf(runs), incoming: base });
    const isWhole = merged.clean && isSameValue(readPlain(merged.text, 'the values that run'), runs);
    return isWhole ? merged.text : textOf(runs);
  } catch (error) {
    if (isSealiftError(error)) return undefined;
    throw error;
  }
}

function textOf(tree: ValuesTree): string {
  return stringify(tree, { lineWidth: 0, aliasDuplicateObjects: false });
}

interface Section {
  /** With macros as they are written. */
  readonly written: ValuesTree;
  readonly wanted: ValuesTree;
  readonly given: ValuesTree;
  readonly defaults: ValuesTree;
  /** What the chart sees. */
  readonly runs: ValuesTree;
}

/** A section as it is written, with what runs where that is another. */
function sectionOf(section: Section): ValuesTree {
  const { wanted, given, defaults, runs } = section;
  const members: [string, unknown][] = [];
  for (const key of Object.keys(wanted)) {
    const value = valueOf(section, key);
    if (value !== undefined) members.push([key, value]);
  }
  for (const [key, value] of Object.entries(given)) {
    if (Object.hasOwn(wanted, key)) continue;
    if (!isSameValue(own(runs, key), own(defaults, key))) members.push([key, value]);
  }
  return Object.fromEntries(members);
}

/** What a key of the pack's section has to say so that the chart sees what runs; undefined where it has to go. */
function valueOf({ written, wanted, given, defaults, runs }: Section, key: string): unknown {
  const [stands, resolved, running] = [own(written, key), own(wanted, key), own(runs, key)];
  if (isTree(resolved) && isTree(running)) {
    const [below, asked, by] = [stands, own(given, key), own(defaults, key)].map((each) => (isTree(each) ? each : {}));
    return sectionOf({ written: below ?? {}, wanted: resolved, given: asked ?? {}, defaults: by ?? {}, runs: running });
  }
  if (isSameValue(resolved, running) || (resolved === null && running === undefined)) return stands;
  // What the chart has by itself has to be taken away; else leaving it out is enough.
  if (running === undefined) return own(defaults, key) === undefined ? undefined : null;
  if (Array.isArray(resolved) && Array.isArray(running) && Array.isArray(stands)) {
    return running.map((item: unknown, index): unknown => asWritten(stands[index], resolved[index], item));
  }
  return own(given, key) ?? running;
}

/** An item of a list keeps its macros where these resolve to what runs. */
function asWritten(stands: unknown, resolved: unknown, running: unknown): unknown {
  if (isSameValue(resolved, running)) return stands;
  if (!isTree(stands) || !isTree(resolved) || !isTree(running)) return running;
  return Object.fromEntries(
    Object.entries(running).map(([key, value]) => [key, asWritten(own(stands, key), own(resolved, key), value)]),
  );
}
