import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { isAlive } from './process-identity.ts';
import { type ProgramRun, runProgram } from './run-program.ts';

const bounds = { env: { PATH: '/usr/bin:/bin' }, deadlineMs: 30_000, outputLimitBytes: 1000 };
const sh = (script: string, over: Partial<ProgramRun> = {}) =>
  runProgram({ program: '/bin/sh', parts: ['-c', script], ...bounds, ...over });

/** Tells its own number and that of a program it started, then both go on. */
const family = 'sleep 60 & echo "$$ $!"; wait';

describe('a program that is run', () => {
  it('ends with its code and both outputs, in the environment given and no other', async () => {
    process.env['SEALIFT_TEST_LEAK'] = 'seen';
    const { code, killed, output, errors } = await sh('echo "[$GIVEN][$SEALIFT_TEST_LEAK]"; echo bad >&2; exit 7', {
      env: { GIVEN: 'yes' },
    });
    expect({ code, killed, output, errors }).toEqual({ code: 7, killed: null, output: '[yes][]\n', errors: 'bad\n' });
    delete process.env['SEALIFT_TEST_LEAK'];
  });

  it('gets what would be an option of the shell as it is', async () => {
    const { output } = await runProgram({ program: '/bin/echo', parts: ['-c', '$HOME;ls', '--'], ...bounds });
    expect(output).toBe('-c $HOME;ls --\n');
  });

  it('reads nothing from this process', async () => {
    expect((await sh('cat; echo end')).output).toBe('end\n');
  });

  it('that is not there ends with the code that a shell gives', async () => {
    const { code, errors } = await runProgram({ program: '/nowhere/helm', parts: [], ...bounds });
    expect(code).toBe(127);
    expect(errors).toContain('/nowhere/helm');
  });

  it('is killed with all it started at its deadline', async () => {
    const { code, killed, output } = await sh(family, { deadlineMs: 500 });
    expect({ code, killed }).toEqual({ code: null, killed: 'deadline' });
    await gone(output);
  });

  it('is killed with all it started when it is cancelled, and is not started by one that is cancelled already', async () => {
    const cancel = new AbortController();
    const running = sh('echo started >&2; sleep 60 & echo "$$ $!"; wait', { cancel: cancel.signal });
    setTimeout(() => cancel.abort(), 300);
    const { killed, output } = await running;
    expect(killed).toBe('cancelled');
    await gone(output);
    expect(await sh('echo never', { cancel: cancel.signal })).toMatchObject({ killed: 'cancelled', output: '' });
  });

  it('is killed when it writes more than may be, and what was read stays within', async () => {
    const { killed, output } = await sh('yes');
    expect(killed).toBe('output');
    expect(output.length).toBeLessThanOrEqual(1000);
  });

  it('leaves nothing running that it started in the background', async () => {
    const { code, output } = await sh('sleep 60 >/dev/null 2>&1 & echo "$$ $!"');
    expect(code).toBe(0);
    await gone(output);
  });

  it('ends with this process, also when this one is killed', async () => {
    const file = JSON.stringify(new URL('./run-program.ts', import.meta.url).href);
    const program = `import { runProgram } from ${file};
      await runProgram({ program: '/bin/sh', parts: ['-c', 'echo $$ > "$OUT"; sleep 60'], env: { OUT: process.argv[1], PATH: '/usr/bin:/bin' },
        deadlineMs: 60000, outputLimitBytes: 1000 });`;
    const out = `/tmp/sealift-run-program-${process.pid}`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program, out], { stdio: 'ignore' });
    const { readFileSync, rmSync } = await import('node:fs');
    const read = (): number => {
      try {
        return Number(readFileSync(out, 'utf8'));
      } catch {
        return 0;
      }
    };
    await expect.poll(read, { timeout: 20_000 }).toBeGreaterThan(0);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    await expect.poll(() => isAlive(read()), { timeout: 20_000 }).toBe(false);
    rmSync(out);
  }, 45_000);
});

async function gone(output: string): Promise<void> {
  const pids = output.trim().split(' ').map(Number);
  expect(pids).toHaveLength(2);
  for (const pid of pids) await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
}
