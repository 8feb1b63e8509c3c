import type { CliContext } from '../context.ts';
import { silentProgress } from '../terminal/progress.ts';

/** What a command wrote, for tests to look at. */
export interface Written {
  readonly out: string[];
  readonly notes: string[];
}

/** A context that keeps what a command writes and shows no progress. */
export function testContext(given: Partial<CliContext> = {}): { context: CliContext; written: Written } {
  const written: Written = { out: [], notes: [] };
  const context: CliContext = {
    out: (text) => written.out.push(text),
    write: (text) => written.out.push(text),
    note: (text) => written.notes.push(text),
    env: {},
    progress: silentProgress,
    cancel: new AbortController().signal,
    exitCode: 0,
    ...given,
  };
  return { context, written };
}
