import { type Row, row } from '../row.ts';
import { BenchConsole } from './running-console.ts';
import { customisedValues, sampleLayers, versions } from './sample-releases.ts';

/** Reading a draft in which nothing has changed since the last look must not be felt. */
const limitMs = 100;
const reads = 21;

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
    note(`the draft was made in ${Math.round(performance.now() - began)} ms`);
    const draft = await median(() => console.call('GET', `/upgrades/${id}`));
    const list = await median(() => console.call('GET', '/upgrades'));
    return [
      row('read a draft of 60 layers', 'ms', draft, limitMs, 'limit'),
      row('read the list of upgrades', 'ms', list, limitMs, 'limit'),
    ];
  } finally {
    await console.stop();
  }
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
