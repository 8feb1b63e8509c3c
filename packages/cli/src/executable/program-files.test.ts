import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { expect, it, onTestFinished } from 'vitest';
import { mergeThread } from '../commands/merge/merge-in-thread.ts';
import { makeThreads, threads } from './program-files.ts';

const workspace = fileURLToPath(new URL('../../../../', import.meta.url));

it('the executable carries the thread that merges, as a script that needs no file beside it', {
  timeout: 60_000,
}, async () => {
  const script = (await makeThreads(join(workspace, 'packages', 'cli')))[mergeThread.asset];
  const worker = new Worker(Buffer.from(script ?? []).toString(), { eval: true, execArgv: [] });
  onTestFinished(() => void worker.terminate());
  const input = { base: 'a: 1\nb: 1\n', current: 'a: 2\nb: 1\n', incoming: 'a: 1\nb: 2\n' };
  const answered = once(worker, 'message');
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window: it has no origin
  worker.postMessage({ name: 'merge', input: { input } });
  expect(await answered).toMatchObject([{ output: { result: { clean: true, text: 'a: 2\nb: 2\n' } } }]);
});

it('the executable carries every thread that there is: one that it lacks would be missed only when it is started', () => {
  const sources = globSync('packages/*/src/**/*.ts', { cwd: workspace, exclude: (path) => path.endsWith('.test.ts') });
  const declared = sources.flatMap((path) => {
    const text = readFileSync(join(workspace, path), 'utf8');
    return [...text.matchAll(/asset: '([^']+)'/g)].map(([, asset = '']) => asset);
  });
  expect(threads.map(({ asset }) => asset).toSorted()).toEqual(declared.toSorted());
});
