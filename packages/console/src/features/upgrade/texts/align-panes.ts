import { matchingLines } from './changed-lines.ts';

/** Blank lines below a line (counted from 1; 0 stands for the top), so that what belongs together stands side by side. */
export type Spacers = ReadonlyMap<number, number>;

const panes = ['incoming', 'merged', 'current'] as const;
export type PaneName = (typeof panes)[number];

export type Aligned = Readonly<Record<PaneName, Spacers>>;

/** How many lines high a line of a pane is, counted from 1; one that is not broken is one. */
export type Heights = (pane: PaneName, line: number) => number;

/**
 * Lines up three panes by the lines that the merged text has in common with both others; what lies between two such lines, and each of them where it
 * is broken, is as high in every pane as in the one where it is highest.
 */
export function alignPanes(texts: Readonly<Record<PaneName, string>>, heightOf: Heights = () => 1): Aligned {
  const inIncoming = matchingLines(texts.merged, texts.incoming);
  const inCurrent = matchingLines(texts.merged, texts.current);
  const spacers = {
    incoming: new Map<number, number>(),
    merged: new Map<number, number>(),
    current: new Map<number, number>(),
  };
  // The lines below the last common one, counted from 0.
  const from = { incoming: 0, merged: 0, current: 0 };
  const level = (to: Readonly<Record<PaneName, number>>): void => {
    const heights = panes.map((pane) => heightBetween(heightOf, pane, from[pane], to[pane]));
    const highest = Math.max(...heights);
    for (const [index, pane] of panes.entries()) {
      const missing = highest - (heights[index] ?? 0);
      if (missing > 0) spacers[pane].set(to[pane], missing + (spacers[pane].get(to[pane]) ?? 0));
      from[pane] = to[pane];
    }
  };
  for (let line = 0; line < inIncoming.length; line += 1) {
    const [left, right] = [inIncoming[line] ?? -1, inCurrent[line] ?? -1];
    if (left < 0 || right < 0) continue;
    level({ incoming: left, merged: line, current: right });
    level({ incoming: left + 1, merged: line + 1, current: right + 1 });
  }
  level({ incoming: lineCount(texts.incoming), merged: inIncoming.length, current: lineCount(texts.current) });
  return spacers;
}

function heightBetween(heightOf: Heights, pane: PaneName, from: number, to: number): number {
  let height = 0;
  for (let line = from + 1; line <= to; line += 1) height += heightOf(pane, line);
  return height;
}

function lineCount(text: string): number {
  return text.split(/\r\n?|\n/).length;
}
