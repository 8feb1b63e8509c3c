import { type Row, row } from '../row.ts';
import { BenchConsole } from './running-console.ts';
import { customisedValues, sampleLayers, versions } from './sample-releases.ts';

/** Reading a draft in which nothing has changed since the last look must not be felt. */
const limitMs = 100;
/** How long somebody may wait for a plan and its merges. */
const planMs = 1000;
const reads = 21;
/** How long anybody else may wait because a large preview is read. */
const heldMs = 50;
const manyPaths = 10_000;

/** Reads of a draft of 60 customised layers, and of the list that shows it, over HTTP; the limits stand beside them. */
export async function draftRows(note: (text: string) => void): Promise<Row[]> {
  const console = new BenchConsole();
  try {
    note('making two releases of 60 layers, a console, and a draft');
    await console.start();
    const [older, newer] = versions;
    await console.install(older);
    const values = sampleLayers.map(({ layer, pack }, index) => ({ layer, pack, values: customisedValues(index) }));
    await console.call('POST', '/platform/adopt', { version: older, values });
    await console.install(newer);
    const began = performance.now();
    const { id } = (await console.call('POST', '/upgrades', { to: newer })) as { readonly id: string };
    const planned = performance.now() - began;
    const draft = await median(() => console.call('GET', `/upgrades/${id}`));
    const list = await median(() => console.call('GET', '/upgrades'));
    note(`a layer that differs in ${manyPaths} places`);
    const held = await heldByLargeLayer(console, id);
    return [
      row(`another request while a layer of ${manyPaths} differing paths is read`, 'ms', held, heldMs, 'limit'),
      row('plan an upgrade of 60 layers', 'ms', planned, planMs, 'limit'),
      row('read a draft of 60 layers', 'ms', draft, limitMs, 'limit'),
      row('read the list of upgrades', 'ms', list, limitMs, 'limit'),
    ];
  } finally {
    await console.stop();
  }
}

/** The longest that a small request took, in milliseconds, while the preview of a layer that differs in very many places was read. */
async function heldByLargeLayer(console: BenchConsole, id: string): Promise<number> {
  const path = `/upgrades/${id}/layers/addon-sample-9`;
  const text = Array.from({ length: manyPaths }, (_, index) => `key${index}: ${index}\n`).join('');
  await console.call('PUT', `${path}/text`, { text });
  let longest = 0;
  for (let turn = 0; turn < 5; turn += 1) {
    const over = new AbortController();
    const reading = console.drain(path).finally(() => over.abort());
    while (!over.signal.aborted) {
      const began = performance.now();
      await console.call('GET', '/upload-target');
      longest = Math.max(longest, performance.now() - began);
    }
    await reading;
  }
  await console.call('DELETE', `${path}/text`);
  return longest;
}

async function median(read: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let turn = 0; turn < reads; turn += 1) {
    const began = performance.now();
    await read();
    times.push(performance.now() - began);
  }
  return times.toSorted((a, b) => a - b)[Math.floor(reads / 2)] ?? 0;
}
