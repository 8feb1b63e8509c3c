import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setupStateSchema } from '@sealift/core/api';
import { waitUntil } from '@sealift/testkit/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { siteLayers } from '../examples/harborview/site-changes.ts';
import { run, sealift } from './setup/sealift.ts';

/** In milliseconds. */
const minutes = 60_000;

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'sealift-demo-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

describe('sealift demo', () => {
  it(
    'upgrades by itself and prints one JSON object',
    async () => {
      const { code, stdout, stderr } = await run(sealift, ['demo', '--auto', '--json', '--speed', '50'], {
        cwd: scratch,
      });
      expect(`exit ${code}\n${stderr}`).toMatch(/^exit 0\n/);
      expect(JSON.parse(stdout)).toEqual({
        result: 'upgraded',
        from: '4.2.12',
        to: '4.2.13',
        keptCustomisations: siteLayers.flatMap(({ pack, customised }) => customised.map((path) => `${pack}:${path}`)),
        conflicts: 0,
        summary: ['You are using the latest version of Harborview', 'On-prem system console is healthy'],
        seconds: expect.any(Number),
      });
      expect(await readdir(scratch)).toEqual(['.sealift']);
      expect(await readdir(join(scratch, '.sealift'))).toEqual(['demo']);
      expect(await running()).toEqual([]);
    },
    4 * minutes,
  );

  it(
    'starts afresh, waits for somebody with a browser, and leaves nothing running',
    async () => {
      const demo = spawn(sealift, ['demo'], { cwd: scratch, stdio: ['ignore', 'pipe', 'ignore'] });
      const exited = new Promise<number | null>((done) => demo.once('exit', done));
      try {
        let printed = '';
        demo.stdout.on('data', (part: Buffer) => {
          printed += part.toString();
        });
        await waitUntil('the invitation', () => printed.includes('Ctrl-C ends it'), 3 * minutes);
        const [, url] = /System console: +(\S+)/.exec(printed) ?? [];
        expect(printed).toMatch(/User: +admin\nPassword: +\S{14,}/);
        expect(printed).toContain('simulation');
        const setup = await fetch(`${url}/api/v1/setup`);
        expect(setupStateSchema.parse(await setup.json())).toEqual({ needed: false });
        expect((await running()).length).toBeGreaterThanOrEqual(2);
        demo.kill('SIGINT');
        expect(await exited).toBe(0);
        expect(await running()).toEqual([]);
      } finally {
        demo.kill('SIGKILL');
      }
    },
    4 * minutes,
  );

  it.each([
    ['--port', 'many'],
    ['--speed', '0'],
    ['--json', '--quiet'],
  ])('refuses %s %s before it does anything', async (...args) => {
    const dir = join(scratch, 'untouched');
    const { code, stderr, stdout } = await run(sealift, ['demo', '--dir', dir, ...args], { cwd: scratch });
    expect(code).toBe(1);
    expect(`${stderr}${stdout}`).not.toBe('');
    expect(await readdir(scratch)).not.toContain('untouched');
  });
});

/** Processes of the demo, by the folder that their command lines name. */
async function running(): Promise<string[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    names.map((name) => readFile(join('/proc', name, 'cmdline'), 'utf8').catch(() => '')),
  );
  return lines.map((line) => line.replaceAll('\u0000', ' ')).filter((line) => line.includes(join(scratch, '.sealift')));
}
