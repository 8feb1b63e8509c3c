import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectSimulator } from '@sealift/simulator/client';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { run } from '../../program.ts';
import { testContext } from '../../testing/test-context.ts';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'sealift-cli-simulator-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

function start(args: readonly string[]) {
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const output: string[] = [];
  const ready = Promise.withResolvers<string>();
  const { context } = testContext({
    out: (text) => {
      output.push(text);
      ready.resolve(text);
    },
    note: (text) => output.push(text),
    cancel: stop.signal,
  });
  const exit = run(['simulator', 'run', ...args], context);
  return { exit, output, ready: ready.promise, stop };
}

test('runs until it is stopped, and says where in one line of JSON', async () => {
  const { exit, output, ready, stop } = start(['--state', await folder(), '--listen', '127.0.0.1:0']);
  const { url, simulated } = z.object({ url: z.url(), simulated: z.literal(true) }).parse(JSON.parse(await ready));
  expect(simulated).toBe(true);
  const { cluster } = connectSimulator(url);
  expect(await cluster.nodes(stop.signal)).toHaveLength(6);
  stop.abort();
  expect(await exit).toBe(0);
  expect(output).toHaveLength(1);
});

test('starts a new cluster as the file says', async () => {
  const state = await folder();
  const file = join(state, 'initial.json');
  await writeFile(file, JSON.stringify({ kubernetes: '1.25.3', template: 'r_mine' }));
  const { exit, ready, stop } = start(['--state', state, '--initial', file]);
  const { url } = z.object({ url: z.url() }).parse(JSON.parse(await ready));
  const nodes = await connectSimulator(url).cluster.nodes(stop.signal);
  expect(nodes[0]).toMatchObject({ version: '1.25.3', template: 'r_mine' });
  stop.abort();
  expect(await exit).toBe(0);
});

test.each([
  ['no address', ['--listen', 'here'], 1, 'is not an address and a port'],
  ['an address of the network', ['--listen', '0.0.0.0:0'], 1, 'SIMULATOR_CANNOT_LISTEN'],
  ['no factor', ['--speed', 'fast'], 1, 'is not a factor'],
  ['a file that is not there', ['--initial', '/nonexistent.json'], 1, 'FILE_NOT_FOUND'],
  ['a file that is not JSON', ['--initial', import.meta.filename], 2, 'INPUT_INVALID'],
])('%s is refused with a remedy', async (_, args, code, words) => {
  const { exit, output } = start(['--state', await folder(), ...args]);
  expect(await exit).toBe(code);
  expect(output.join('\n')).toContain(words);
  expect(output.join('\n')).toContain('fix:');
});
