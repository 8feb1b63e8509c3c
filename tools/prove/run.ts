// Everything that is known to speak for the engine, in full: its interleavings, its points of failure, its mutants.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { figuresFile } from '@sealift/testkit/proof-figures';
import { sumOf } from './figures.ts';

const usage = `usage: npm run prove [-- --json] [--only PART]…

Proves the engine in full: what "npm test" samples. Exit 0 when everything held, 1 when something did not.

  --only PART  model (every interleaving, every point, and what seeds choose), crash (a console killed at each effect), replicas (two
               consoles, fifty kills), site (a console killed at each effect on a real cluster; hours), mutants; may be repeated
  --json       the last line is {"points":n,"equal":n,"mutants":n,"killed":n,"states":n,"seconds":n}

SEALIFT_SEED gives a seed that was printed again.
`;

const vitest = 'node_modules/vitest/vitest.mjs';
const long = ['run', '--config', 'vitest.long.config.ts'];
const parts: Readonly<Record<string, readonly string[]>> = {
  model: [vitest, 'run', '--config', 'vitest.proof.config.ts'],
  crash: [vitest, 'run', '--project', 'product', 'test/crash.test.ts', 'test/replicas.test.ts'],
  replicas: [vitest, ...long, 'test/replicas'],
  site: [vitest, ...long, 'test/kills'],
  mutants: ['tools/mutants/run.ts', '--engine'],
};

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    only: { type: 'string', multiple: true },
    help: { type: 'boolean', short: 'h' },
  },
});
const unknown = values.only?.find((name) => !Object.hasOwn(parts, name));
if (values.help === true || unknown !== undefined) {
  process.stdout.write(unknown === undefined ? usage : `no part ${unknown}\n${usage}`);
  process.exitCode = unknown === undefined ? 0 : 2;
} else {
  process.exitCode = await proveAll(values.only ?? Object.keys(parts));
}

async function proveAll(names: readonly string[]): Promise<number> {
  const began = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'sealift-proof-'));
  const file = join(folder, 'figures');
  try {
    const failed: string[] = [];
    let mutants = '';
    for (const name of names) {
      process.stdout.write(`\n${name}\n`);
      const { code, lastLine } = await run(parts[name] ?? [], file);
      if (code !== 0) failed.push(name);
      if (name === 'mutants') mutants = lastLine;
    }
    const seconds = Math.round((performance.now() - began) / 1000);
    const sum = { ...sumOf(told(file), mutants), seconds };
    const words = `${sum.equal} of ${sum.points} points equal, ${sum.killed} of ${sum.mutants} mutants killed, ${sum.states} states, ${seconds} s`;
    process.stdout.write(`\n${words}${failed.length === 0 ? '' : `; failed: ${failed.join(', ')}`}\n`);
    if (values.json === true) process.stdout.write(`${JSON.stringify(sum)}\n`);
    return failed.length === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function told(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

async function run(
  args: readonly string[],
  file: string,
): Promise<{ readonly code: number; readonly lastLine: string }> {
  const env = { ...process.env, [figuresFile]: file };
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] });
  let tail = '';
  child.stdout.on('data', (chunk: Buffer) => {
    process.stdout.write(chunk);
    tail = `${tail}${chunk.toString('utf8')}`.slice(-100_000);
  });
  const code = await new Promise<number>((done, fail) => {
    child.once('error', fail);
    child.once('close', (status) => done(status ?? 1));
  });
  return { code, lastLine: tail.trim().split('\n').at(-1) ?? '' };
}
