import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { reasonOf } from '@sealift/core/errors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockFolder } from './folder-lock.ts';

let folder: string;
const started: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealift-lock-'));
});
afterEach(async () => {
  await Promise.all(started.splice(0).map(end));
  rmSync(folder, { recursive: true, force: true });
});

const inUse = ({ pid, host }: { pid: number | string; host: string }): Error => new Error(`held by ${pid} on ${host}`);
const lock = () => lockFolder(folder, inUse);

/** Tries to take the folder, says `held` or why not, and stays until it is killed. What it warns of is said too. */
const program = `
  import { lockFolder } from ${JSON.stringify(new URL('./folder-lock.ts', import.meta.url).href)};
  process.on('warning', (warning) => console.log(String(warning)));
  await new Promise(setImmediate);
  try { lockFolder(process.argv[1], ({ pid, host }) => new Error(pid + ' on ' + host)); console.log('held'); }
  catch (error) { console.log(error.message); }
  setInterval(() => 0, 1000);`;

/** A process that tries to take the folder, and what it said. */
async function taker(...before: readonly string[]): Promise<{ readonly child: ChildProcess; readonly said: string }> {
  const [command, ...args] = [...before, process.execPath, '--input-type=module', '-e', program];
  const child = spawn(command, [...args, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  started.push(child);
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, said: chunk.toString().trim() };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** As a container is started: its own numbers of processes and its own host name. What unshare is killed with goes on to the program. */
const container = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc', '--uts', 'sh', '-c'];
const renamed = [...container, 'hostname other-container && exec "$0" "$@"'];
const hasContainers = spawnSync('unshare', [...container.slice(1), 'hostname other-container']).status === 0;

describe('lockFolder', () => {
  it('refuses a second taker in the same process, names the holder, and gives the folder back', () => {
    const first = lock();
    expect(lock).toThrow(`held by ${process.pid} on ${hostname()}`);
    first.release();
    const second = lock();
    first.release();
    expect(lock).toThrow(`held by ${process.pid} on ${hostname()}`);
    second.release();
    expect(readdirSync(folder)).toEqual(['folder.lock']);
  });

  it('makes a folder that is missing, and says that one cannot be made', () => {
    lockFolder(join(folder, 'a', 'b'), inUse).release();
    writeFileSync(join(folder, 'file'), '');
    expect(() => lockFolder(join(folder, 'file', 'data'), inUse)).toThrow(
      expect.objectContaining({ code: 'FILE_UNWRITABLE' }),
    );
  });

  it('takes what a holder said about itself for nothing more: nobody holds it by that alone', async () => {
    const holder = join(folder, 'folder.lock.holder');
    writeFileSync(holder, '{"pid":1,"host":"gone"}');
    const first = lock();
    writeFileSync(holder, '{"pid":');
    expect(lock).toThrow('held by unknown on unknown');
    first.release();
    mkdirSync(holder);
    const second = lock();
    expect(lock).toThrow('held by unknown on unknown');
    second.release();
  });

  it('holds as long as the process runs, though nothing refers to it any more', async () => {
    const collected = `${program} for (let i = 0; i < 3; i += 1) gc(); console.log('collected');`;
    const args = ['--expose-gc', '--input-type=module', '-e', collected, folder];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    started.push(child);
    let said = '';
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      said += chunk.toString();
      if (said.includes('collected')) break;
    }
    expect(said).toBe('held\ncollected\n');
    expect(lock).toThrow(`held by ${child.pid} on ${hostname()}`);
  }, 60_000);

  it('is free as soon as its holder was killed', async () => {
    const { child, said } = await taker();
    expect(said).toBe('held');
    expect(lock).toThrow(`held by ${child.pid} on ${hostname()}`);
    await end(child);
    lock().release();
  }, 60_000);

  it('is free when its holder was killed and its parent never asks about it', async () => {
    const shell = spawn(
      'sh',
      ['-c', '"$0" --input-type=module -e "$1" "$2" & exec sleep 60', process.execPath, program, folder],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    started.push(shell);
    await once(shell.stdout, 'data');
    const [, pid] = /held by (\d+) on/.exec(messageOf(lock)) ?? [];
    process.kill(Number(pid), 'SIGKILL');
    await expect.poll(() => messageOf(lock)).toBe('');
  }, 60_000);

  it('goes to one of many that want it at once', async () => {
    const tries = await Promise.all(Array.from({ length: 6 }, () => taker()));
    expect(tries.filter(({ said }) => said === 'held')).toHaveLength(1);
    expect(lock).toThrow('held by ');
  }, 60_000);

  it.skipIf(!hasContainers)(
    'holds between containers, and is free as soon as one was killed (needs root and unshare)',
    async () => {
      const first = await taker(...renamed);
      expect(first.said).toBe('held');
      // Its number means nothing here: in here another program has it.
      const [, pid, host] = /held by (\d+) on (.+)/.exec(messageOf(lock)) ?? [];
      expect(host).toBe('other-container');
      expect(Number(pid)).toBeLessThan(10);
      const second = await taker(...renamed);
      expect(second.said).toBe(`${pid} on other-container`);
      await Promise.all([end(first.child), end(second.child)]);
      // unshare ends before what it started does.
      await expect.poll(() => messageOf(lock)).toBe('');
      const after = await taker(...renamed);
      expect(after.said).toBe('held');
      await end(after.child);
      await expect.poll(() => messageOf(lock)).toBe('');
      const here = lock();
      expect((await taker(...renamed)).said).toBe(`${process.pid} on ${hostname()}`);
      here.release();
    },
    60_000,
  );
});

function messageOf(take: () => { release(): void }): string {
  try {
    take().release();
    return '';
  } catch (error) {
    return reasonOf(error);
  }
}
