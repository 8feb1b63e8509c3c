import { betweenOf, type DrawnGraph, type DrawnRelease, versionOf } from './random-graph.ts';

/** A path by places, and what it costs, judged without the planner. */
export interface TriedPath {
  readonly places: readonly number[];
  readonly broken: readonly string[];
  /** Broken rules, risk, machines, hops. */
  readonly cost: readonly [number, number, number, number];
}

/** Every path from the first release along declared steps, each judged by itself; the worker rollouts by every choice of places for them. */
export function everyPath(graph: DrawnGraph): readonly TriedPath[] {
  const found: TriedPath[] = [];
  const extend = (places: readonly number[]): void => {
    if (places.length > 1) found.push(judge(graph, places));
    const last = places.at(-1) ?? 0;
    for (let next = last + 1; next < graph.releases.length; next += 1) {
      if (at(graph, next).from[last] !== 'no') extend([...places, next]);
    }
  };
  extend([0]);
  return found;
}

function at({ releases }: DrawnGraph, place: number): DrawnRelease {
  const found = releases[place];
  if (found === undefined) throw new Error(`no release ${place}`);
  return found;
}

interface Image {
  readonly kubernetes: readonly [number, number];
  readonly megabytes: number;
}

function judge(graph: DrawnGraph, places: readonly number[]): TriedPath {
  const broken: string[] = [];
  const hops: { readonly images: readonly Image[]; readonly supports: number }[] = [];
  let risk = 0;
  let providers = at(graph, 0).providers;
  let gateways: number | undefined;
  for (const [index, place] of places.entries()) {
    const previous = places[index - 1];
    if (previous === undefined) continue;
    const [from, to] = [at(graph, previous), at(graph, place)];
    const kind = to.from[previous];
    if (!graph.accepted) risk += kind === 'high' ? 10_000 : kind === 'low' ? 1 : 0;
    const skipped = graph.releases.slice(previous + 1, place);
    if (skipped.some(({ required }) => required)) broken.push('required-release');
    if (from.major !== to.major && skipped.some(({ major }) => major === from.major)) broken.push('finish-the-major');
    const [[fromMinor, fromPatch], [toMinor, toPatch]] = [from.kubernetes, to.kubernetes];
    if (toMinor < fromMinor || (toMinor === fromMinor && toPatch < fromPatch)) broken.push('kubernetes-never-back');
    const through = to.brings ? betweenOf(to).filter((minor) => minor > fromMinor) : [];
    const steps = [fromMinor, ...through, ...(to.brings ? [toMinor] : [])];
    if (steps.some((minor, step) => step > 0 && minor - (steps[step - 1] ?? 0) > 1)) {
      broken.push('kubernetes-minor-by-minor');
    }
    const moves = fromMinor !== toMinor || fromPatch !== toPatch;
    if (moves && !to.brings) broken.push('node-image-for-kubernetes');
    // Every image of another release has a name of its own here, so nodes are replaced wherever one is brought.
    const images: Image[] = to.brings
      ? [
          ...through.map((minor): Image => ({ kubernetes: [minor, 0], megabytes: 1 })),
          { kubernetes: to.kubernetes, megabytes: to.megabytes },
        ]
      : [];
    if (to.missing) broken.push('content-present');
    const megabytes = images.reduce((total, image) => total + image.megabytes, 0);
    if (graph.freeMegabytes !== undefined && megabytes > graph.freeMegabytes) broken.push('room-for-templates');
    providers = to.providers ?? providers;
    const core = providers;
    if (core !== undefined && images.some(({ kubernetes }) => !canMake(core, kubernetes))) {
      broken.push('providers-before-kubernetes');
    }
    const minimum = minorText(graph, previous) === minorText(graph, place) ? undefined : to.gateway?.minimum;
    const slowest = Math.min(...graph.gateways);
    if (minimum !== undefined && slowest < minimum && (gateways === undefined || gateways < minimum)) {
      broken.push('gateways-new-enough');
    }
    gateways = to.gateway?.version ?? gateways;
    hops.push({ images, supports: Math.min(to.supports, toMinor) });
  }
  const controlPlane = hops.flatMap(({ images }) => images).length;
  const workers = fewestWorkerRollouts(at(graph, 0).kubernetes[0], hops);
  const machines = controlPlane * graph.machines['control-plane'] + workers * graph.machines.workers;
  return { places, broken, cost: [broken.length, risk, machines, places.length - 1] };
}

function minorText(graph: DrawnGraph, place: number): string {
  return versionOf(graph, place).split('.').slice(0, 2).join('.');
}

/** Kubernetes 1.33.12, 1.34.8, 1.35.5 and 1.36.1 and what comes after each need Cluster API 1.11.11, 1.12.8 or 1.13.2. */
function canMake([core, corePatch]: readonly [number, number], [minor, patch]: readonly [number, number]): boolean {
  const floors: Readonly<Record<number, number>> = { 33: 12, 34: 8, 35: 5, 36: 1 };
  const floor = floors[minor];
  if (minor < 33 || (floor !== undefined && patch < floor)) return true;
  const least: Readonly<Record<number, number>> = { 11: 11, 12: 8, 13: 2 };
  return core > 13 || corePatch >= (least[core] ?? Number.POSITIVE_INFINITY);
}

/** By trying every choice of images after which workers are rolled; after the last they always are. */
function fewestWorkerRollouts(
  start: number,
  hops: readonly { readonly images: readonly Image[]; readonly supports: number }[],
): number {
  const count = hops.flatMap(({ images }) => images).length;
  if (count === 0) return 0;
  let best = Number.POSITIVE_INFINITY;
  for (let choice = 0; choice < 2 ** (count - 1); choice += 1) {
    const isRolled = (image: number) => image === count - 1 || (choice & (1 << image)) !== 0;
    let workers = start;
    let image = 0;
    let rolled = 0;
    let isAllowed = true;
    let isPending = false;
    for (const { images, supports } of hops) {
      for (const { kubernetes } of images) {
        isAllowed &&= kubernetes[0] - workers <= 3;
        isPending = !isRolled(image);
        if (!isPending) {
          workers = kubernetes[0];
          rolled += 1;
        }
        image += 1;
      }
      isAllowed &&= !isPending || workers >= supports;
    }
    if (isAllowed) best = Math.min(best, rolled);
  }
  return best;
}
