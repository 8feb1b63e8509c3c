/** Where a bundle run tells what it does: whole lines for everybody, percentages for a terminal. */
export interface Transcript {
  line(text: string): void;
  /** Replaces itself on a terminal, and is not shown elsewhere. */
  percent(label: string, fraction: number): void;
}

/**
 * The transcript of a bundle run, on standard output.
 *
 * @param terminal where percentages go; undefined when there is no terminal or nobody wants them
 */
export function makeTranscript(out: (text: string) => void, terminal: NodeJS.WritableStream | undefined): Transcript {
  let shown: string | undefined;
  return {
    line(text) {
      if (shown !== undefined) terminal?.write('\r\u001b[K');
      shown = undefined;
      out(text);
    },
    percent(label, fraction) {
      if (terminal === undefined) return;
      const text = `${label}  ${String(Math.floor(fraction * 100)).padStart(3)}%`;
      if (text === shown) return;
      shown = text;
      terminal.write(`\r\u001b[K${text}`);
    },
  };
}

/** The transcript of `--quiet`. */
export const silentTranscript: Transcript = { line: () => undefined, percent: () => undefined };
