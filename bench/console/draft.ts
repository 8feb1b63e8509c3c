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
/** From the click to what can be read, the answer's way to the page and its drawing not counted. */
const reviewMs = 500;
const settleMs = 100;
const settled = 'addon-sample-10';

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
    const opened = performance.now();
    await console.call('GET', `/upgrades/${id}/review`);
    const firstReview = performance.now() - opened;
    const draft = await median(() => console.call('GET', `/upgrades/${id}`));
    const list = await median(() => console.call('GET', '/upgrades'));
    const review = await median(() => console.call('GET', `/upgrades/${id}/review`));
    const settling = await settlingOne(console, id);
    note(`a layer that differs in ${manyPaths} places`);
    const held = await heldByLargeLayer(console, id);
    return [
      row(`another request while a layer of ${manyPaths} differing paths is read`, 'ms', held, heldMs, 'limit'),
      row('plan an upgrade of 60 layers', 'ms', planned, planMs, 'limit'),
      row('preview of 60 layers', 'ms', firstReview, reviewMs, 'limit'),
      row('preview of 60 layers, read again', 'ms', review, reviewMs, 'limit'),
      row('settling a conflict', 'ms', settling, settleMs, 'limit'),
      row('read a draft of 60 layers', 'ms', draft, limitMs, 'limit'),
      row('read the list of upgrades', 'ms', list, limitMs, 'limit'),
    ];
  } finally {
    await console.stop();
  }
}

/** How long it takes to save one decision and to be told what it makes of its layer, in milliseconds; each is another one. */
async function settlingOne(console: BenchConsole, id: string): Promise<number> {
  let turn = 0;
  return await median(() => {
    turn += 1;
    const set = [{ path: ['section0', 'replicas'], value: String(10 + turn) }];
    return console.call('PATCH', `/upgrades/${id}/layers/${settled}/resolutions`, { set });
  });
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
