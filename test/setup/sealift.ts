import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The command line as people run it in a checkout. */
export const sealift: string = join(
  fileURLToPath(new URL('../..', import.meta.url)),
  'node_modules',
  '.bin',
  'sealift',
);

/** What a finished program left. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, whatever its exit code. */
export async function run(
  command: string,
  args: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly cwd?: string } = {},
): Promise<Finished> {
  const child: ChildProcess = spawn(command, [...args], { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr] = [collect(child, 'stdout'), collect(child, 'stderr')];
  const code = await new Promise<number | null>((done, fail) => {
    child.once('close', done);
    child.once('error', fail);
  });
  return { code, stdout: stdout(), stderr: stderr() };
}

function collect(child: ChildProcess, stream: 'stdout' | 'stderr'): () => string {
  const parts: Buffer[] = [];
  child[stream]?.on('data', (part: Buffer) => parts.push(part));
  return () => Buffer.concat(parts).toString('utf8');
}
