/**
 * Measures merge and peer turn by turn in this process: `node measure.ts <lines>` prints JSON. Time is the processor time of
 * the process, the best of several runs, so that other programs on the machine count little.
 */
import { parseDocument } from 'yaml';
import { merge } from '../../packages/core/src/merge/index.ts';
import { makeTexts } from './texts.ts';

const texts = makeTexts(Number(process.argv[2] ?? '1000'));
const { base, current, incoming, lines } = texts;
const only = process.argv[3];

const works: Readonly<Record<string, () => void>> = {
  merge: () => {
    const result = merge({ base, current, incoming });
    if (result.decisions.length === 0 || !result.clean) throw new Error('the merge did not do what it is measured for');
  },
  parses: () => {
    for (const text of [base, current, incoming]) parseDocument(text);
  },
};

const milliseconds: Record<string, number> = {};
const repetitions = only === undefined ? (lines > 50_000 ? 3 : lines > 5000 ? 8 : 40) : 1;
for (let repetition = 0; repetition < repetitions; repetition += 1) {
  for (const [name, work] of Object.entries(works)) {
    if (only !== undefined && only !== name) continue;
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    milliseconds[name] = Math.min(milliseconds[name] ?? Number.POSITIVE_INFINITY, (user + system) / 1000);
  }
}
const peakBytes = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ lines, milliseconds, peakBytes }));
