/** Shows how far a long piece of work is. */
export interface Progress {
  /** Reports a phase's fraction (0 to 1); the same label again replaces its line on a terminal. */
  update(label: string, fraction: number, detail?: string): void;
  /** Ends the phase's line. */
  done(label: string, detail?: string): void;
}

/** Progress for people: one overwritten line on a terminal, one line a phase start and end elsewhere. */
export function terminalProgress(stream: NodeJS.WriteStream): Progress {
  let open: string | undefined;
  let shownPercent = -1;
  const line = (label: string, percent: number, detail?: string): string =>
    `${label}  ${String(percent).padStart(3)}%${detail === undefined ? '' : `  ${detail}`}`;
  return {
    update(label, fraction, detail) {
      const percent = Math.max(0, Math.min(100, Math.floor(fraction * 100)));
      if (!stream.isTTY) {
        if (open !== label) stream.write(`${label}\n`);
        open = label;
        return;
      }
      if (open !== undefined && open !== label) stream.write('\n');
      if (open === label && percent === shownPercent) return;
      open = label;
      shownPercent = percent;
      stream.write(`\r\u001b[K${line(label, percent, detail)}`);
    },
    done(label, detail) {
      if (stream.isTTY) stream.write(`\r\u001b[K${line(label, 100, detail)}\n`);
      else stream.write(`${line(label, 100, detail)}\n`);
      open = undefined;
      shownPercent = -1;
    },
  };
}

/** Progress that nobody sees: `--quiet`, and `--json` where events are not asked for. */
export const silentProgress: Progress = { update: () => undefined, done: () => undefined };
