import { spawn } from 'node:child_process';
import { peakOfTree } from './peak-memory.ts';

/** What one run of a program took. */
export interface ProgramRun {
  readonly milliseconds: number;
  /** The most that the program and those it started had resident at a time, each at its own peak, in bytes. */
  readonly peakBytes: number;
  readonly stdout: string;
}

export interface ProgramOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Called again and again while the program runs. */
  readonly watch?: () => void;
  /** Between two looks at its memory: one that ends at once is looked at more often. */
  readonly sampleMs?: number;
}

const keptOutputBytes = 16 * 2 ** 20;

/**
 * Runs a program to its end, measuring time and memory.
 *
 * @throws Error when it ends with another code than 0
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  { cwd, env, watch, sampleMs = 50 }: ProgramOptions = {},
): Promise<ProgramRun> {
  const began = performance.now();
  const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  let peakBytes = 0;
  const sampling = setInterval(() => {
    if (child.pid !== undefined) peakBytes = Math.max(peakBytes, peakOfTree(child.pid));
    watch?.();
  }, sampleMs);
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  try {
    const code = await ended;
    const milliseconds = performance.now() - began;
    if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}: ${stderr().slice(-2000)}`);
    return { stdout: stdout(), peakBytes, milliseconds };
  } finally {
    clearInterval(sampling);
  }
}

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    if (text.length < keptOutputBytes) text += chunk;
  });
  return () => text;
}
