import { matchingLines } from './changed-lines.ts';

/** Blank lines below a line (counted from 1; 0 stands for the top), so that what belongs together stands side by side. */
export type Spacers = ReadonlyMap<number, number>;

export interface Aligned {
  readonly incoming: Spacers;
  readonly merged: Spacers;
  readonly current: Spacers;
}

/**
 * Lines up three panes by the lines that the merged text has in common with both others; what lies between two such lines is as high in every
 * pane as in the one that has most of it.
 */
export function alignPanes(incoming: string, merged: string, current: string): Aligned {
  const inIncoming = matchingLines(merged, incoming);
  const inCurrent = matchingLines(merged, current);
  const ends = { incoming: lineCount(incoming), merged: inIncoming.length, current: lineCount(current) };
  const spacers = {
    incoming: new Map<number, number>(),
    merged: new Map<number, number>(),
    current: new Map<number, number>(),
  };
  // The lines below the last common one, counted from 0.
  const from = { incoming: 0, merged: 0, current: 0 };
  const level = (to: typeof from): void => {
    const highest = Math.max(to.incoming - from.incoming, to.merged - from.merged, to.current - from.current);
    for (const pane of ['incoming', 'merged', 'current'] as const) {
      const missing = highest - (to[pane] - from[pane]);
      if (missing > 0) spacers[pane].set(to[pane], missing);
    }
  };
  for (let line = 0; line < inIncoming.length; line += 1) {
    const [left, right] = [inIncoming[line] ?? -1, inCurrent[line] ?? -1];
    if (left < 0 || right < 0) continue;
    level({ incoming: left, merged: line, current: right });
    Object.assign(from, { incoming: left + 1, merged: line + 1, current: right + 1 });
  }
  level(ends);
  return spacers;
}

function lineCount(text: string): number {
  return text.split(/\r\n?|\n/).length;
}
