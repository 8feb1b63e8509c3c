import type { PinnedLayer } from '../planner/layer-changes.ts';
import { differingPaths, isSameValue, laidOver, type ValuesTree } from './chart-values.ts';
import type { SiteDifference } from './difference.ts';
import type { ExaminedLayer, InstalledChart, RecordedLayer, WantedChart } from './survey.ts';

/** Where the values of a layer are known from. */
export const valuesSources = ['given', 'record', 'helm', 'cluster', 'none'] as const;
export type ValuesSource = (typeof valuesSources)[number];

/** A layer of a release beside what the site has of it. */
export interface LayerEvidence {
  readonly pinned: PinnedLayer;
  /** The default values of the pinned pack. */
  readonly base: string;
  /** The values that the site is taken to run, with their SHA-256 (hex). */
  readonly values: string;
  readonly valuesHash: string;
  /** Whether a person gave these values. */
  readonly given: boolean;
  readonly recorded: RecordedLayer | undefined;
  /** The pack with these values; a refusal where it cannot be laid out with them. */
  readonly examined: ExaminedLayer | { readonly refused: string; readonly remedy: string };
}

/** What became of comparing one. */
export interface MatchedLayer {
  readonly state: 'found' | 'absent' | 'differs';
  /** The version that runs, where something tells. */
  readonly runs: string | null;
  readonly valuesFrom: ValuesSource;
  readonly differences: readonly SiteDifference[];
}

const shownObjects = 10;

/** Whether the site runs a layer as the release pins it, and with which values. */
export function matchLayer(evidence: LayerEvidence, installed: readonly InstalledChart[]): MatchedLayer {
  const { pinned, recorded, examined } = evidence;
  const object = layerText(pinned);
  if (recorded !== undefined) {
    const first = recordDifference(pinned, recorded);
    if (first !== undefined) {
      return { state: 'differs', runs: recorded.version, valuesFrom: 'none', differences: [first] };
    }
  }
  if ('refused' in examined) {
    const { refused: found, remedy } = examined;
    const expected = `values with which ${pinned.pack} can be laid out`;
    const difference: SiteDifference = { what: 'values', expected, found, object, remedy };
    return { state: 'differs', runs: recorded?.version ?? null, valuesFrom: 'none', differences: [difference] };
  }
  const valuesFrom = sourceOf(evidence, examined);
  const inValues = valuesDifference(evidence, valuesFrom);
  const charts = examined.charts.map((chart) => chartDifferences(chart, installed, evidence));
  const differences = [
    ...(inValues ?? []),
    ...charts.flatMap((one) => one.differences),
    ...objectDifferences(evidence),
  ];
  const nothingThere =
    recorded === undefined &&
    examined.charts.length + examined.objects > 0 &&
    charts.every(({ release }) => release === undefined) &&
    examined.others.filter(({ state }) => state !== 'differs').length === examined.objects;
  const runs = recorded?.version ?? (nothingThere ? null : otherVersion(charts, pinned));
  const state = differences.length === 0 ? 'found' : nothingThere ? 'absent' : 'differs';
  return { state, runs, valuesFrom, differences };
}

function layerText({ layer, pack }: Pick<PinnedLayer, 'layer' | 'pack'>): string {
  return `layer ${layer}/${pack}`;
}

function recordDifference(pinned: PinnedLayer, recorded: RecordedLayer): SiteDifference | undefined {
  const expected = `${pinned.pack} ${pinned.version}`;
  const at = { what: 'layer', expected, object: layerText(pinned) } as const;
  if (recorded.unfinished) {
    const found = `${recorded.object} says that something was begun with it and has not ended`;
    return { ...at, found, remedy: 'Let what began it go on to its end, then look again.' };
  }
  const { version, digest } = recorded;
  if (version !== pinned.version) {
    return { ...at, found: `${recorded.pack} ${version}`, remedy: 'Adopt the release that has this version.' };
  }
  if (digest === pinned.digest) return undefined;
  const found = `another build of ${version}, ${digest.slice(0, 19)}`;
  return {
    ...at,
    expected: `${expected}, ${pinned.digest.slice(0, 19)}`,
    found,
    remedy: 'Adopt the release that has this build.',
  };
}

function sourceOf({ given, recorded, base, values }: LayerEvidence, { charts, objects }: ExaminedLayer): ValuesSource {
  if (given) return 'given';
  if (recorded !== undefined) return recorded.values === null ? 'none' : 'record';
  if (charts.length > 0) return 'helm';
  if (objects > 0) return 'cluster';
  // There is nothing to be known.
  return values === base && isBlank(base) ? 'cluster' : 'none';
}

function isBlank(text: string): boolean {
  return text.split('\n').every((line) => /^\s*(?:#.*|---\s*)?$/.test(line));
}

function valuesDifference(
  { pinned, valuesHash, given, recorded }: LayerEvidence,
  valuesFrom: ValuesSource,
): readonly SiteDifference[] | undefined {
  const object = layerText(pinned);
  const option = `${pinned.layer}/${pinned.pack}`;
  if (given && recorded !== undefined && recorded.valuesHash !== valuesHash) {
    const expected = `the values that were given, SHA-256 ${valuesHash.slice(0, 12)}`;
    const found = `${recorded.object} has others, SHA-256 ${recorded.valuesHash.slice(0, 12)}`;
    const remedy =
      recorded.values === null
        ? 'Give the very file that was applied.'
        : 'Give none: what was applied is known from the cluster.';
    return [{ what: 'values', expected, found, object, remedy }];
  }
  if (valuesFrom !== 'none') return undefined;
  const found =
    recorded === undefined ? 'nothing in the cluster tells them' : `${recorded.object} has their SHA-256 only`;
  const defaults = recorded === undefined ? `, or --defaults ${option} where it runs the pack’s own` : '';
  const remedy = `Give them with --values ${option}=FILE${defaults}.`;
  return [{ what: 'values', expected: 'the values that the site runs', found, object, remedy }];
}

interface ChartMatch {
  readonly release: InstalledChart | undefined;
  readonly differences: readonly SiteDifference[];
}

function chartDifferences(
  wanted: WantedChart,
  installed: readonly InstalledChart[],
  { pinned, recorded, given }: LayerEvidence,
): ChartMatch {
  const object = `release ${wanted.namespace}/${wanted.name}`;
  const expected = `chart ${wanted.chart} ${wanted.version}`;
  const differs = (
    what: 'layer' | 'values',
    said: Pick<SiteDifference, 'expected' | 'found' | 'remedy'>,
  ): SiteDifference => ({
    what,
    object,
    ...said,
  });
  const release = installed.find(({ namespace, name }) => namespace === wanted.namespace && name === wanted.name);
  if (release === undefined)
    return { release, differences: [differs('layer', notThere(wanted, installed, pinned, expected))] };
  if (release.status === 'unreadable') {
    const remedy = '`helm history` shows what helm makes of it; mend its record, or install it anew.';
    const found = `revision ${release.revision}, whose record cannot be read`;
    return { release, differences: [differs('layer', { expected, found, remedy })] };
  }
  if (release.chart !== wanted.chart || release.version !== wanted.version) {
    const found = `chart ${release.chart} ${release.version}`;
    const remedy = 'Adopt the release that has this version, or bring the chart to the one that is expected.';
    return { release, differences: [differs('layer', { expected, found, remedy })] };
  }
  const differences: SiteDifference[] = [];
  if (release.status !== 'deployed') {
    const found = `revision ${release.revision}, which is ${release.status}`;
    const remedy = '`helm history` shows why; bring the release to its end, or roll it back with helm.';
    differences.push(differs('layer', { expected: 'a revision that is deployed', found, remedy }));
  }
  const [before, after] = [laidOver(release.defaults, wanted.values), laidOver(release.defaults, release.values)];
  if (!isSameValue(before, after))
    differences.push(differs('values', otherValues(before, after, { release, pinned, recorded, given })));
  return { release, differences };
}

function notThere(
  { chart }: WantedChart,
  installed: readonly InstalledChart[],
  { layer, pack }: PinnedLayer,
  expected: string,
): Pick<SiteDifference, 'expected' | 'found' | 'remedy'> {
  const elsewhere = installed.filter((one) => one.chart === chart);
  if (elsewhere.length === 0) {
    return { expected, found: 'no such release', remedy: 'Install what is missing, or adopt another release.' };
  }
  const places = elsewhere
    .slice(0, shownObjects)
    .map(({ namespace, name, version }) => `${namespace}/${name} ${version}`);
  const remedy = `Give values with its namespace and name (pack.namespace, pack.releaseNameOverride.${chart}): --values ${layer}/${pack}=FILE.`;
  return { expected, found: `the chart elsewhere: ${places.join(', ')}`, remedy };
}

function otherValues(
  wanted: ValuesTree,
  runs: ValuesTree,
  {
    release,
    pinned,
    recorded,
    given,
  }: Pick<LayerEvidence, 'pinned' | 'recorded' | 'given'> & { readonly release: InstalledChart },
): Pick<SiteDifference, 'expected' | 'found' | 'remedy'> {
  const of = given
    ? 'the values that were given'
    : recorded === undefined
      ? 'values that the pack can say'
      : 'the values that were applied';
  const found = `revision ${release.revision} has others at ${differingPaths(wanted, runs).join(', ')}`;
  const option = `--values ${pinned.layer}/${pinned.pack}=FILE`;
  const remedy =
    recorded === undefined
      ? `\`helm get values ${release.name} -n ${release.namespace}\` shows them; give them with ${option}.`
      : 'Somebody changed the release past Sealift: set these values back with helm, then look again.';
  return { expected: of, found, remedy };
}

/** What was applied by Sealift may have been changed by its owners since; what was not is told by its objects alone. */
function objectDifferences({ pinned, recorded, examined }: LayerEvidence): readonly SiteDifference[] {
  if ('refused' in examined) return [];
  const counted = examined.others.filter(({ state }) => recorded === undefined || state === 'missing');
  const option = `--values ${pinned.layer}/${pinned.pack}=FILE`;
  return counted.map(({ object, state, detail }): SiteDifference => {
    const expected = `as ${pinned.pack} ${pinned.version} makes it`;
    if (state === 'missing') {
      const remedy = 'Find out who removed it, and bring it back; or adopt another release.';
      return { what: 'layer', expected, found: 'nothing', object, remedy };
    }
    const remedy =
      state === 'differs'
        ? `Give the values that it was made with: ${option}; or adopt another release.`
        : 'Mend what keeps it from being compared, then look again.';
    return { what: 'layer', expected, found: detail, object, remedy };
  });
}

/** The version of the pack where its charts are those of the release; else that of the chart that runs. */
function otherVersion(charts: readonly ChartMatch[], { version }: PinnedLayer): string {
  const other = charts.find(({ differences }) => differences.some(({ what }) => what === 'layer'))?.release;
  return other?.version ?? version;
}
