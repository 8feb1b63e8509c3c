import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { waitUntil } from '../wait-until.ts';

/** A program that ends with this process, however this one ends: a test that is killed leaves nothing running. */
export interface BoundProcess {
  readonly name: string;
  /** Whether it has ended, by itself or because it was told to. */
  readonly ended: boolean;
  /** Sends a signal; to a program that has ended, nothing. */
  signal(name: 'TERM' | 'KILL' | 'STOP' | 'CONT'): void;
  /** Ends it: with SIGTERM first when it is given time for that, and with SIGKILL when that has passed. */
  stop(graceMs?: number): Promise<void>;
  /**
   * Asks again and again until the answer is true.
   *
   * @throws Error with the end of its log when the program ends before, or when `timeoutMs` have passed
   */
  untilReady(ask: () => Promise<boolean>, timeoutMs?: number): Promise<void>;
}

export interface BoundProcessOptions {
  /** How messages call it; by default the file's name. */
  readonly name?: string;
  /** The file that takes what it writes to standard output and error, after what stands there; by default that is lost. */
  readonly log?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * Each line of the shell's standard input is a signal for the program; when the input ends, the program is killed. Who does that takes no
 * notice of a signal to the whole process group, which a program may outlive.
 */
const whileOpen = `exec 3<&0
"$0" "$@" 3<&- &
child=$!
(trap '' TERM INT HUP; while read -r signal <&3; do kill -s "$signal" "$child"; done; kill -9 "$child") &
watcher=$!
exec 3<&-
wait "$child"
code=$?
kill -9 "$watcher"
exit "$code"`;

/** Runs a program below a shell that outlives neither it nor this process. */
export function runBound(
  path: string,
  parts: readonly string[],
  { name = basename(path), log, environment = {} }: BoundProcessOptions = {},
): BoundProcess {
  // Into a file: a test that waits for a program reads no pipe meanwhile, and a full one would stop the program.
  const output = log === undefined ? 'ignore' : openSync(log, 'a', 0o600);
  const child = spawn('/bin/sh', ['-c', whileOpen, path, ...parts], {
    stdio: ['pipe', output, output],
    env: { ...process.env, ...environment },
  });
  if (output !== 'ignore') closeSync(output);
  const { stdin } = child;
  if (stdin === null) throw new Error('a pipe was asked for');
  let end: string | undefined;
  const ended = new Promise<void>((resolve) => {
    const note = (how: string): void => {
      end ??= how;
      resolve();
    };
    child.once('close', (code, signal) => note(`ended with ${code ?? signal}`));
    child.once('error', (error) => note(`could not be started: ${error.message}`));
  });
  // Written to while the program ends, the pipe breaks; that it ended is what counts.
  stdin.on('error', () => undefined);
  const signal: BoundProcess['signal'] = (which) => {
    if (end === undefined) stdin.write(`${which}\n`);
  };
  const stop: BoundProcess['stop'] = async (graceMs = 0) => {
    if (graceMs > 0) {
      signal('TERM');
      await within(ended, graceMs);
    }
    stdin.end();
    await ended;
  };
  const untilReady: BoundProcess['untilReady'] = async (ask, timeoutMs = 120_000) => {
    const failed = async (cause?: unknown): Promise<Error> =>
      new Error([`${name} ${end ?? 'did not get ready'}`, await tail(log)].join('\n'), { cause });
    try {
      await waitUntil(`${name} to be ready`, async () => end !== undefined || (await ask()), timeoutMs);
    } catch (error) {
      throw await failed(error);
    }
    if (end !== undefined) throw await failed();
  };
  return {
    name,
    get ended() {
      return end !== undefined;
    },
    signal,
    stop,
    untilReady,
  };
}

/** Command line flags in the form that Go's programs take. */
export function flags(given: Readonly<Record<string, string | number | boolean>>): string[] {
  return Object.entries(given).map(([name, value]) => `--${name}=${value}`);
}

async function within(ended: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([ended, new Promise<void>((late) => (timer = setTimeout(late, ms)))]);
  clearTimeout(timer);
}

async function tail(log: string | undefined): Promise<string> {
  if (log === undefined) return '';
  return (await readFile(log, 'utf8')).split('\n').slice(-20).join('\n');
}
