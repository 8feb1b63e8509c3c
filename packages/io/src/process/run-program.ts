import { type ChildProcess, spawn } from 'node:child_process';
import { killGroup, whileHeld } from './held-program.ts';

/** One run of a program. */
export interface ProgramRun {
  /** Absolute, or a name that the system looks for in `PATH` of `env`. */
  readonly program: string;
  readonly parts: readonly string[];
  /** All of its environment: nothing of this process' own comes with it. */
  readonly env: Readonly<Record<string, string>>;
  readonly folder?: string;
  /** After it, the program and everything it started are killed, in milliseconds. */
  readonly deadlineMs: number;
  /** Of each of its two outputs; one that writes more is killed. */
  readonly outputLimitBytes: number;
  readonly cancel?: AbortSignal | undefined;
}

/** How a program ended. */
export interface ProgramEnd {
  /** Null where a signal ended it. */
  readonly code: number | null;
  /** Why it was killed from here; null where it ended by itself. */
  readonly killed: 'deadline' | 'output' | 'cancelled' | null;
  readonly output: string;
  readonly errors: string;
}

/**
 * Runs a program to its end with bounded time and output. It leads a process group of its own, so that a deadline, too much output or a
 * cancel ends what it started too; its standard input is empty.
 *
 * @throws the system's error (`ENOENT`, `EACCES`) where it cannot be started
 */
export async function runProgram(run: ProgramRun): Promise<ProgramEnd> {
  const { program, parts, env, folder, deadlineMs, outputLimitBytes, cancel } = run;
  if (cancel?.aborted === true) return { code: null, killed: 'cancelled', output: '', errors: '' };
  const child = spawn('/bin/sh', ['-c', whileHeld, program, ...parts], {
    detached: true,
    env: { ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    ...(folder === undefined ? {} : { cwd: folder }),
  });
  let killed: ProgramEnd['killed'] = null;
  const kill = (why: NonNullable<ProgramEnd['killed']>): void => {
    killed ??= why;
    killGroup(child);
  };
  const cancelled = (): void => kill('cancelled');
  const timer = setTimeout(() => kill('deadline'), deadlineMs);
  cancel?.addEventListener('abort', cancelled, { once: true });
  const output = collect(child, 'stdout', outputLimitBytes, () => kill('output'));
  const errors = collect(child, 'stderr', outputLimitBytes, () => kill('output'));
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    return { code, killed, output: output(), errors: errors() };
  } finally {
    clearTimeout(timer);
    cancel?.removeEventListener('abort', cancelled);
    // What it left running in its group would go on without anybody who knows of it.
    killGroup(child);
    child.stdio[3]?.destroy();
  }
}

function collect(
  child: ChildProcess,
  name: 'stdout' | 'stderr',
  limitBytes: number,
  tooMuch: () => void,
): () => string {
  const chunks: Buffer[] = [];
  let bytes = 0;
  child[name]?.on('data', (chunk: Buffer) => {
    bytes += chunk.byteLength;
    if (bytes > limitBytes) return tooMuch();
    chunks.push(chunk);
  });
  return () => Buffer.concat(chunks).toString('utf8');
}
