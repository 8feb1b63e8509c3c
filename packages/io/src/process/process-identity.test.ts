import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isRunning, thisProcess } from './process-identity.ts';

const program = `
  import { thisProcess } from ${JSON.stringify(new URL('./process-identity.ts', import.meta.url).href)};
  console.log(await thisProcess());
  setInterval(() => 0, 1000);`;

describe.skipIf(process.platform !== 'linux')('the identity of a process', () => {
  it('holds while it runs, and not for one with the same number of another time or boot', async () => {
    const mine = await thisProcess();
    const [pid, start, ...boot] = mine.split('-');
    expect(Number(pid)).toBe(process.pid);
    expect(await isRunning(mine)).toBe(true);
    expect(await isRunning([pid, `${Number(start) + 1}`, ...boot].join('-'))).toBe(false);
    expect(await isRunning(`${pid}-${start}-another-boot`)).toBe(false);
    expect(await isRunning('not a process')).toBe(false);
  });

  it('ends with the process, also when its parent never asks about it', async () => {
    // The program that replaces the shell knows nothing of its child, which so stays in the table of processes.
    const shell = '"$0" --input-type=module -e "$1" & exec sleep 60';
    const parent = spawn('sh', ['-c', shell, process.execPath, program], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const [line] = (await once(parent.stdout, 'data')) as [Buffer];
      const identity = line.toString().trim();
      const pid = Number.parseInt(identity, 10);
      expect(await isRunning(identity)).toBe(true);
      process.kill(pid, 'SIGKILL');
      await expect.poll(() => readFileSync(`/proc/${pid}/stat`, 'utf8')).toContain(') Z ');
      expect(await isRunning(identity)).toBe(false);
    } finally {
      parent.kill('SIGKILL');
      await once(parent, 'exit');
    }
  }, 30_000);
});
