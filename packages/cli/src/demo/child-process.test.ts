import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { isAlive } from '@sealift/io/process-identity';
import { waitUntil } from '@sealift/testkit/wait-until';
import { describe, expect, it } from 'vitest';
import { runProcess, startService } from './child-process.ts';

const node = (script: string) => ({
  name: 'the script',
  command: process.execPath,
  args: ['-e', script],
  env: process.env,
  cwd: process.cwd(),
});

describe('a program run to its end', () => {
  it('gives what it wrote on each stream', async () => {
    const seen: string[] = [];
    const output = await runProcess(node('console.log("a\\nb"); console.error("c")'), (line) => seen.push(line));
    expect(output).toEqual({ stdout: 'a\nb', stderr: 'c' });
    expect(seen.sort()).toEqual(['a', 'b', 'c']);
  });

  it('fails with its last lines when it does not end well', async () => {
    const run = runProcess(node('console.error("no room"); process.exit(3)'));
    await expect(run).rejects.toMatchObject({ code: 'DEMO_STEP_FAILED', place: 'no room' });
  });

  it('fails when there is no such program', async () => {
    const run = runProcess({ ...node(''), command: '/nonexistent/program' });
    await expect(run).rejects.toMatchObject({ code: 'DEMO_STEP_FAILED' });
  });

  it('leaves nothing behind that it started', async () => {
    const script = `
      const { spawn } = require('node:child_process');
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
      child.once('spawn', () => { console.log(child.pid); process.exit(0); });`;
    const { stdout } = await runProcess(node(script));
    await waitUntil('what it started to end', () => !isAlive(Number(stdout)));
  });

  it('is stopped on request', async () => {
    const stop = new AbortController();
    const run = runProcess({ ...node('console.log("up"); setInterval(() => {}, 1000)'), cancel: stop.signal }, () =>
      stop.abort(),
    );
    await expect(run).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe('a service', () => {
  const up = (line: string): string | undefined => /^up (.+)$/.exec(line)?.[1];

  it('is there once the awaited line came, and ends when told', async () => {
    const service = await startService(node('console.log("up http://x"); setInterval(() => {}, 1000)'), up);
    expect(service.ready).toBe('http://x');
    await service.stop();
    expect(await service.ended).toBe(143);
  });

  it('fails with what it wrote when it ends before', async () => {
    const start = startService(node('console.error("port taken"); process.exit(1)'), up);
    await expect(start).rejects.toMatchObject({ code: 'DEMO_STEP_FAILED', place: 'port taken' });
  });

  it('is not waited for any more on request', async () => {
    const stop = new AbortController();
    const look = (line: string): void => void (line === 'not yet' && stop.abort());
    const script = 'console.log("not yet"); setInterval(() => {}, 1000)';
    const start = startService({ ...node(script), cancel: stop.signal }, look);
    await expect(start).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('fails when it takes too long', async () => {
    const start = startService(node('setInterval(() => {}, 1000)'), up, 300);
    await expect(start).rejects.toMatchObject({ code: 'DEMO_STEP_FAILED' });
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)('ends when whoever started it is ended by %s', async (how) => {
    const module = new URL('child-process.ts', import.meta.url).href;
    const service = node(
      'console.log(`up ${process.pid}`); process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)',
    );
    const script = `
      import { startService } from ${JSON.stringify(module)};
      const { ready } = await startService(${JSON.stringify({ ...service, env: {} })}, (line) => line.match(/^up (.+)$/)?.[1]);
      console.log(ready);`;
    const starter = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = (await once(starter.stdout, 'data')) as [Buffer];
    const pid = Number(said.toString());
    expect(isAlive(pid)).toBe(true);
    starter.kill(how);
    await waitUntil('the service to end', () => !isAlive(pid));
  });
});
