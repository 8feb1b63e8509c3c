import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { isAlive } from './process-identity.ts';
import { type StartedProgram, startProgram } from './start-program.ts';

const shell = (script: string): StartedProgram =>
  startProgram({ program: '/bin/sh', parts: ['-c', script], env: { PATH: '/usr/bin:/bin' }, folder: '/' });

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((wake) => setTimeout(wake, 20));
}

it('a program that was started runs until it is stopped, with all that it started', async () => {
  const program = shell('sleep 60 & echo "$$ $!"; wait');
  await until(() => program.said().includes('\n'));
  const numbers = program.said().trim().split(' ').map(Number);
  expect([program.end, numbers.map(isAlive)]).toEqual([undefined, [true, true]]);
  await program.stop();
  await program.stop();
  expect(program.end).toContain('ended');
  await until(() => !numbers.some(isAlive));
});

it('one that ends by itself says how and why', async () => {
  const program = shell('echo out; echo bad >&2; exit 3');
  await until(() => program.end !== undefined);
  expect([program.end, program.said().split('\n').toSorted()]).toEqual(['ended with code 3', ['', 'bad', 'out']]);
});

it('of one that writes without end the end is kept', async () => {
  const program = shell('head -c 3000000 /dev/zero | tr "\\0" x; echo; echo last');
  await until(() => program.end !== undefined);
  expect(program.said().length).toBeLessThanOrEqual(256 * 1024);
  expect(program.said().endsWith('\nlast\n')).toBe(true);
});

it('one that is not there ends with the code that a shell gives', async () => {
  const program = startProgram({ program: '/nowhere/etcd', parts: [], env: {}, folder: '/' });
  await until(() => program.end !== undefined);
  expect([program.end, program.said().includes('/nowhere/etcd')]).toEqual(['ended with code 127', true]);
});

it('ends with the process that started it, even when that is killed', async () => {
  const module = JSON.stringify(new URL('start-program.ts', import.meta.url).href);
  const script = `const { startProgram } = await import(${module});
const program = startProgram({ program: '/bin/sh', parts: ['-c', 'echo $$; sleep 60'], env: { PATH: '/usr/bin:/bin' }, folder: '/' });
while (!program.said().includes('\\n')) await new Promise((wake) => setTimeout(wake, 20));
console.log(program.said());`;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = (await once(owner.stdout, 'data')) as [Buffer];
  const program = Number(said.toString());
  expect(isAlive(program)).toBe(true);
  owner.kill('SIGKILL');
  await until(() => !isAlive(program));
});
