import { spareMemory } from './executable/spare-memory.ts';
import { jsonProgress, type Progress, silentProgress, terminalProgress } from './terminal/progress.ts';

spareMemory(process.argv.slice(2), process.env);

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopOn(signal));

/** How long a command may take to stop in order; those that serve others let these finish first, and the demo ends what it started. */
const graceMs = { command: 5000, service: 60_000 };
const services: ReadonlySet<string | undefined> = new Set(['server', 'simulator', 'registry', 'airgap', 'demo']);

/**
 * Asks the command to stop. One that can't, such as one that waits for whoever may write into a pipe that it was given as a file, is
 * ended as if nobody had listened: the listener is gone by then, so this signal is the system's own.
 */
function stopOn(signal: 'SIGINT' | 'SIGTERM'): void {
  stop.abort();
  const after = services.has(process.argv[2]) ? graceMs.service : graceMs.command;
  setTimeout(() => process.kill(process.pid, signal), after).unref();
}

// Who reads what is printed may stop early, as head does: that is no failure, and ends no work that was begun.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

// Not awaited here: the single-file executable is a script, and a script has no top-level await.
void main(process.argv.slice(2)).then(async (code) => {
  // Whatever a server keeps open ends here: a command is over when it has said what it had to.
  for (const stream of [process.stdout, process.stderr]) await flushed(stream);
  process.exit(code);
});

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()));
}

async function main(args: readonly string[]): Promise<number> {
  const { run } = await import('./program.ts');
  return await run(args, {
    out: (text) => process.stdout.write(`${text}\n`),
    write: (text) => process.stdout.write(text),
    note: (text) => process.stderr.write(`${text}\n`),
    env: process.env,
    progress: progressFor(args),
    ...(process.stdout.isTTY ? { screen: process.stdout } : {}),
    cancel: stop.signal,
    exitCode: 0,
  });
}

function progressFor(args: readonly string[]): Progress {
  if (args.includes('--quiet') || args.includes('-q')) return silentProgress;
  return args.includes('--json') ? jsonProgress(process.stderr) : terminalProgress(process.stderr);
}
