import { type Amount, type Progress, terminalProgress, type ProgressStream } from '../../terminal/progress.ts';

/** Where a bundle run tells what it does: whole lines for everybody, percentages for a terminal. */
export interface Transcript {
  line(text: string): void;
  /** Replaces itself on a terminal, and is not shown elsewhere. */
  percent(label: string, fraction: number, amount?: Amount): void;
}

/**
 * The transcript of a bundle run, on standard output.
 *
 * @param terminal where percentages go; undefined when there is no terminal or nobody wants them
 */
export function makeTranscript(out: (text: string) => void, terminal: ProgressStream | undefined): Transcript {
  let progress: Progress | undefined;
  return {
    line(text) {
      if (progress !== undefined) terminal?.write('\r\u001b[K');
      progress = undefined;
      out(text);
    },
    percent(label, fraction, amount) {
      if (terminal === undefined) return;
      progress ??= terminalProgress(terminal);
      progress.update(label, fraction, undefined, amount);
    },
  };
}

/** The transcript of `--json`: how far it is goes to those who read along, and the result is told at the end. */
export function eventTranscript(progress: Progress): Transcript {
  return {
    line: () => undefined,
    percent: (label, fraction, amount) => progress.update(label, fraction, undefined, amount),
  };
}

/** The transcript of `--quiet`. */
export const silentTranscript: Transcript = { line: () => undefined, percent: () => undefined };
