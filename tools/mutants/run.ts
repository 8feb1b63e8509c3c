// Puts mistakes into a copy of the sources, one at a time, and tells which of them the tests let through.
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parseSync } from 'oxc-parser';
import { mutants } from './all.ts';
import { engineMutants } from './engine.ts';
import { applyMutant, type Mutant } from './mutant.ts';
import { Scratch } from './scratch.ts';
import { upgradeMutants } from './upgrade.ts';

/** A test that a mistake keeps from ending has noticed it. */
const longestMs = 180_000;
const usage = `usage: npm run mutants -- [--json] [--engine] [--only TEXT]…

Runs each mistake's test with the mistake in place. Exit 0 when every one was noticed, 1 when some were not, 2 when
a test fails without any mistake.

  --engine     those of the engine's rules and steps
  --only TEXT  the mistakes whose words or file contain it; may be repeated
  --json       one line: {"mutants":n,"killed":n,"survivors":[{"mistake":…,"file":…,"test":…}]}
`;

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    engine: { type: 'boolean' },
    only: { type: 'string', multiple: true },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help === true) process.stdout.write(usage);
else process.exitCode = await judgeAll(values.only ?? ['']);

async function judgeAll(only: readonly string[]): Promise<number> {
  const all = values.engine === true ? [...upgradeMutants, ...engineMutants] : mutants;
  const chosen = all.filter(({ mistake, file }) => only.some((text) => `${mistake} ${file}`.includes(text)));
  const copies = [new Scratch(root), new Scratch(root)];
  try {
    const broken: string[] = [];
    await share(copies, [...new Set(chosen.map(({ test }) => test))], async ({ folder }, test) => {
      if (!(await passes(folder, test))) broken.push(test);
    });
    if (broken.length > 0) {
      process.stderr.write(`fail without any mistake: ${broken.join(', ')}\n`);
      return 2;
    }
    const survivors: Mutant[] = [];
    await share(copies, chosen, async ({ folder }, mutant) => {
      const isKilled = await kills(folder, mutant);
      if (!isKilled) survivors.push(mutant);
      if (values.json !== true) {
        process.stdout.write(`${isKilled ? 'killed  ' : 'SURVIVED'} ${mutant.file}: ${mutant.mistake}\n`);
      }
    });
    const result = { mutants: chosen.length, killed: chosen.length - survivors.length };
    const listed = survivors.map(({ mistake, file, test }) => ({ mistake, file, test }));
    process.stdout.write(`${JSON.stringify(survivors.length === 0 ? result : { ...result, survivors: listed })}\n`);
    return survivors.length === 0 ? 0 : 1;
  } finally {
    for (const copy of copies) copy.remove();
  }
}

/** Hands the work out to the copies, one piece at a time each. */
async function share<Work>(
  copies: readonly Scratch[],
  work: readonly Work[],
  run: (copy: Scratch, work: Work) => Promise<void>,
): Promise<void> {
  const left = [...work];
  await Promise.all(
    copies.map(async (copy) => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) await run(copy, next);
    }),
  );
}

async function kills(folder: string, mutant: Mutant): Promise<boolean> {
  const path = join(folder, mutant.file);
  const text = readFileSync(path, 'utf8');
  const mistaken = applyMutant(mutant, text);
  if (parseSync(path, mistaken).errors.length > 0) throw new Error(`${mutant.file}: "${mutant.to}" is no TypeScript`);
  writeFileSync(path, mistaken);
  try {
    return !(await passes(folder, mutant.test));
  } finally {
    writeFileSync(path, text);
  }
}

/** Whether a test file passes; one that is still running after the longest time does not. */
async function passes(folder: string, test: string): Promise<boolean> {
  const vitest = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', test, '--bail=1', '--retry=0'], {
    cwd: folder,
    stdio: 'ignore',
    timeout: longestMs,
    killSignal: 'SIGKILL',
  });
  return await new Promise((resolve, reject) => {
    vitest.once('error', reject);
    vitest.once('exit', (code) => resolve(code === 0));
  });
}
