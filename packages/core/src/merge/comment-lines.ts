import { mergeLines } from './merge-lines.ts';

/** Stands, among the site's comment lines, for a key that the site added between them. */
export interface Marker {
  readonly line: string;
  readonly key: string;
}

/**
 * Comment lines merged by line with base. Where both sides changed the same lines, the release's new lines come first, then the
 * site's; what a side has there as base had it and the other took out is out. A marker comes where the release has the
 * key as a comment, in place of that comment.
 */
export function mergeCommentLines(
  base: readonly string[],
  current: readonly string[],
  incoming: readonly string[],
  markers: readonly Marker[] = [],
): readonly string[] {
  return mergeLines(base, current, incoming).flatMap((region) =>
    'ok' in region ? region.ok : settle(region.conflict, markers),
  );
}

interface Region {
  readonly base: readonly string[];
  readonly current: readonly string[];
  readonly incoming: readonly string[];
}

function settle({ base, current, incoming }: Region, markers: readonly Marker[]): readonly string[] {
  const [inBase, inCurrent, inIncoming] = [base, current, incoming].map((lines) => new Set(lines));
  const isBlank = (line: string): boolean => line.trim() === '';
  const own = current.filter((line) => !isBlank(line) && inBase?.has(line) !== true && inIncoming?.has(line) !== true);
  const here = markers.filter(({ line }) => own.includes(line));
  const settled: string[] = [];
  let deeperThan: number | undefined;
  for (const line of incoming) {
    const marker = here.find(({ key }) => commentedKey(line)?.key === key);
    const depth = commentDepth(line);
    if (deeperThan !== undefined && depth !== undefined && depth > deeperThan) continue;
    deeperThan = undefined;
    if (marker !== undefined) {
      deeperThan = depth;
      settled.push(...own.splice(0, own.indexOf(marker.line) + 1));
    } else if (isBlank(line) || inBase?.has(line) !== true || inCurrent?.has(line) === true) settled.push(line);
  }
  return [...settled, ...own];
}

/** The key of a setting that stands in a comment: `# replicas: 3`. */
export function commentedKey(line: string): { readonly key: string } | undefined {
  const key = /^\s*#+\s*(?:"([^"]+)"|'([^']+)'|([^\s"'#:][^:#]*?))\s*:(?:\s|$)/.exec(line);
  const found = key?.[1] ?? key?.[2] ?? key?.[3];
  return found === undefined ? undefined : { key: found };
}

/** How far what a comment line says is indented, the sign apart; undefined for another line. */
function commentDepth(line: string): number | undefined {
  return /^\s*#+(?=\s*\S)\s*/.exec(line)?.[0].length;
}
