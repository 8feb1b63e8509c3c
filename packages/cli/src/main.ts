import { run } from './program.ts';
import { jsonProgress, type Progress, silentProgress, terminalProgress } from './progress.ts';
import { keepYoungGenerationSmall } from './streaming-memory.ts';

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());

// Who reads what is printed may stop early, as head does: that is no failure, and ends no work that was begun.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const args = process.argv.slice(2);
if (args[0] === 'bundle' || args[0] === 'registry') keepYoungGenerationSmall();
function progressFor(given: readonly string[]): Progress {
  if (given.includes('--quiet')) return silentProgress;
  return given.includes('--json') ? jsonProgress(process.stderr) : terminalProgress(process.stderr);
}

// Not awaited here: the single-file executable is a script, and a script has no top-level await.
void run(args, {
  out: (text) => process.stdout.write(`${text}\n`),
  write: (text) => process.stdout.write(text),
  note: (text) => process.stderr.write(`${text}\n`),
  env: process.env,
  progress: progressFor(args),
  cancel: stop.signal,
  exitCode: 0,
}).then((code) => {
  process.exitCode = code;
});
