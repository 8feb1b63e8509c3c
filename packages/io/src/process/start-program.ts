import { type ChildProcess, spawn } from 'node:child_process';
import { killGroup, whileHeld } from './held-program.ts';

/** A program that runs beside this process and ends with it, however this one ends. */
export interface StartedProgram {
  /** How it ended by itself or was ended; undefined while it runs. */
  readonly end: string | undefined;
  /** The last it wrote, to either output. */
  said(): string;
  /** Kills it and everything it started; may be called again. */
  stop(): Promise<void>;
}

/** What is kept of all that a program writes; the end, where a program says why it ends. */
const keptBytes = 256 * 1024;

/**
 * Starts a program that is asked to stop later. Of what it writes only the end is kept; its standard input is empty.
 *
 * @param run `env` is all of its environment: nothing of this process' own comes with it
 */
export function startProgram(run: {
  readonly program: string;
  readonly parts: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
  /** Told of all that it writes to its standard output, as it comes. */
  readonly hear?: (chunk: Buffer) => void;
}): StartedProgram {
  const child = spawn('/bin/sh', ['-c', whileHeld, run.program, ...run.parts], {
    detached: true,
    env: { ...run.env },
    cwd: run.folder,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  let end: string | undefined;
  const ended = new Promise<void>((resolve) => {
    const note = (how: string): void => {
      end ??= how;
      // What it left running in its group would go on without anybody who knows of it.
      killGroup(child);
      child.stdio[3]?.destroy();
      resolve();
    };
    child.once('close', (code, signal) => note(code === null ? `was ended by ${signal}` : `ended with code ${code}`));
    child.once('error', (error) => note(`could not be started: ${error.message}`));
  });
  const said = keepEnd(child);
  if (run.hear !== undefined) child.stdout?.on('data', run.hear);
  return {
    get end() {
      return end;
    },
    said,
    async stop() {
      if (end === undefined) killGroup(child);
      await ended;
    },
  };
}

function keepEnd(child: ChildProcess): () => string {
  let chunks: Buffer[] = [];
  let bytes = 0;
  const keep = (chunk: Buffer): void => {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    if (bytes < 2 * keptBytes) return;
    chunks = [Buffer.concat(chunks).subarray(-keptBytes)];
    bytes = keptBytes;
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  return () => Buffer.concat(chunks).subarray(-keptBytes).toString('utf8');
}
