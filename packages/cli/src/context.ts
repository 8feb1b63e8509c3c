import type { Command } from 'commander';
import type { Progress } from './terminal/progress.ts';
import type { Screen } from './terminal/screen.ts';

/** What a command may touch of the process: tests hand in their own. */
export interface CliContext {
  /** Writes a result to standard output; the newline is added. */
  readonly out: (text: string) => void;
  /** Writes a result to standard output exactly as it is, for texts whose every byte counts. */
  readonly write: (text: string) => void;
  /** Writes a remark to standard error; the newline is added. */
  readonly note: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Progress on standard error: overwritten lines on a terminal, plain lines elsewhere, nothing with --quiet. */
  readonly progress: Progress;
  /** Standard output, where that is a terminal: for what is drawn over itself. */
  readonly screen?: Screen;
  /** Ends when the person presses Ctrl-C or the process is asked to stop. */
  readonly cancel: AbortSignal;
  /** What the process will exit with; a command sets it where a finished run is not a success (`merge` with conflicts). */
  exitCode: number;
}

/** Adds one command (with its subcommands) to the program. Heavy modules are imported inside the action. */
export type RegisterCommand = (program: Command, context: CliContext) => void;
