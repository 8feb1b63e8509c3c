import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { whenNpmIsGone } from './npm-run.ts';

describe('a demo that npm runs', () => {
  it('is told when npm is killed', async () => {
    const module = new URL('npm-run.ts', import.meta.url).href;
    const demo = `
      import { whenNpmIsGone } from ${JSON.stringify(module)};
      whenNpmIsGone(process.env).addEventListener('abort', () => { console.log('gone'); process.exit(); });
      console.log('up');
      setInterval(() => {}, 1000);`;
    const npm = `
      const { spawn } = require('node:child_process');
      spawn(process.execPath, ['--input-type=module', '-e', ${JSON.stringify(demo)}], { stdio: 'inherit' });
      setInterval(() => {}, 1000);`;
    const env = { ...process.env, npm_lifecycle_event: 'demo' };
    const running = spawn(process.execPath, ['-e', npm], { stdio: ['ignore', 'pipe', 'inherit'], env });
    const said: string[] = [];
    for await (const line of createInterface(running.stdout)) {
      said.push(line);
      if (line === 'up') running.kill('SIGKILL');
    }
    expect(said).toEqual(['up', 'gone']);
  });

  it('is never told of it where npm did not start it', () => {
    expect(whenNpmIsGone({}).aborted).toBe(false);
  });
});
