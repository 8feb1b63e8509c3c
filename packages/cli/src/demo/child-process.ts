import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { SealiftError } from '@sealift/core/errors';
import type { z } from 'zod';

export interface ProcessOptions {
  /** For people, in errors: `the console`. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly cancel?: AbortSignal;
}

/** What a finished process wrote. */
export interface ProcessOutput {
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program to its end.
 *
 * @param onLine each line of either stream, as it comes
 * @throws DEMO_STEP_FAILED with the end of what it wrote, CANCELLED
 */
export async function runProcess(options: ProcessOptions, onLine?: (line: string) => void): Promise<ProcessOutput> {
  options.cancel?.throwIfAborted();
  const child = start(options);
  const [stdout, stderr] = [collect(child, 'stdout', onLine), collect(child, 'stderr', onLine)];
  const stop = (): void => terminate(child);
  options.cancel?.addEventListener('abort', stop, { once: true });
  const code = await ended(child);
  options.cancel?.removeEventListener('abort', stop);
  if (options.cancel?.aborted === true) throw new SealiftError('CANCELLED');
  if (code !== 0) throw failed(options.name, `it ended with ${code}`, [...stdout, ...stderr]);
  return { stdout: stdout.join('\n'), stderr: stderr.join('\n') };
}

/** A process that goes on until it is stopped. */
export interface Service<Ready> {
  readonly ready: Ready;
  /** Settles when it has ended, for whatever reason; what a signal ended has 128 and the signal's number. */
  readonly ended: Promise<number | null>;
  /** The last lines it wrote. */
  output(): readonly string[];
  /** SIGKILL: no chance to tidy up. */
  kill(): Promise<void>;
  /** SIGTERM, and SIGKILL when it has not ended ten seconds later. */
  stop(): Promise<void>;
}

/**
 * Starts a program and waits until `ready` makes something of a line it writes. It is killed when our own process ends, however that ends.
 *
 * @throws DEMO_STEP_FAILED when it ends, or the time passes, before it is ready; CANCELLED
 */
export async function startService<Ready>(
  options: ProcessOptions,
  ready: (line: string) => Ready | undefined,
  readyWithinMs = 180_000,
): Promise<Service<Ready>> {
  if (options.cancel?.aborted === true) throw new SealiftError('CANCELLED');
  const child = start(options);
  const exit = ended(child);
  const killed = (): void => {
    if (child.exitCode === null && child.signalCode === null) killGroup(child);
  };
  const output: string[] = [];
  const value = await new Promise<Ready>((done, fail) => {
    const give = (reason: Error): void => {
      killed();
      fail(reason);
    };
    const late = setTimeout(
      () => give(failed(options.name, `it was not ready within ${readyWithinMs / 1000} s`, output)),
      readyWithinMs,
    );
    const cancelled = (): void => give(new SealiftError('CANCELLED'));
    options.cancel?.addEventListener('abort', cancelled, { once: true });
    const settle = (): void => {
      clearTimeout(late);
      options.cancel?.removeEventListener('abort', cancelled);
    };
    void exit.then((code) => {
      settle();
      fail(failed(options.name, `it ended with ${code}`, output));
    });
    const look = (line: string): void => {
      output.push(line);
      if (output.length > 200) output.shift();
      const result = ready(line);
      if (result === undefined) return;
      settle();
      done(result);
    };
    for (const stream of ['stdout', 'stderr'] as const) collect(child, stream, look, 0);
  });
  return {
    ready: value,
    ended: exit,
    output: () => output,
    async kill() {
      killed();
      await exit;
    },
    async stop() {
      terminate(child);
      const force = setTimeout(killed, 10_000);
      await exit;
      clearTimeout(force);
    },
  };
}

/** Reads the one line of JSON with which a service says that it is ready. */
export function jsonLine<Schema extends z.ZodType>(schema: Schema): (line: string) => z.output<Schema> | undefined {
  return (line) => {
    if (!line.startsWith('{')) return undefined;
    try {
      return schema.safeParse(JSON.parse(line)).data;
    } catch {
      return undefined;
    }
  };
}

/**
 * Runs a program for as long as we hold the other end of descriptor 3: each line of it is a signal for the program, and its end, which a
 * signal that nobody can catch brings too, is that of the program and its process group. POSIX sh, which would give it no standard input.
 */
const whileHeld = `exec 4<&0
"$0" "$@" <&4 3<&- 4<&- &
child=$!
exec 4<&-
(while read -r name <&3; do kill -s "$name" "$child"; done; kill -9 0) >/dev/null 2>&1 &
watcher=$!
exec 3<&-
wait "$child"
code=$?
kill -9 "$watcher"
exit "$code"`;

/** Children get no signal of the terminal: the demo ends them itself, in order. */
function start(options: ProcessOptions): ChildProcess {
  const child = spawn('/bin/sh', ['-c', whileHeld, options.command, ...options.args], {
    cwd: options.cwd,
    env: { ...options.env },
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    detached: true,
  });
  // Written to while the program ends, the pipe breaks; that it ended is what counts.
  held(child).on('error', () => undefined);
  // What it left running would go on without anybody who knows of it.
  child.once('exit', () => killGroup(child));
  return child;
}

function held(child: ChildProcess): Writable {
  const pipe = child.stdio[3];
  if (!(pipe instanceof Writable)) throw new TypeError('a pipe was asked for');
  return pipe;
}

function terminate(child: ChildProcess): void {
  held(child).write('TERM\n');
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing of the group is left.
  }
}

function collect(
  child: ChildProcess,
  name: 'stdout' | 'stderr',
  onLine?: (line: string) => void,
  keep = 5000,
): string[] {
  const lines: string[] = [];
  const stream = child[name];
  if (stream === null) return lines;
  createInterface({ input: stream }).on('line', (line) => {
    if (lines.length < keep) lines.push(line);
    onLine?.(line);
  });
  return lines;
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((done) => {
    child.once('close', (code) => done(code));
    child.once('error', () => done(null));
  });
}

function failed(name: string, reason: string, lines: readonly string[]): SealiftError {
  const place = lines.slice(-12).join('\n      ');
  return new SealiftError('DEMO_STEP_FAILED', { values: { name, reason }, ...(place === '' ? {} : { place }) });
}
