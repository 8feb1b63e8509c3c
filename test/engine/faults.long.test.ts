import { tellProof } from '@sealift/testkit/proof-figures';
import { expect, it } from 'vitest';
import { allPoints, outcomeAt } from './faults/points.ts';
import { outcomeOf } from './faults/random-faults.ts';

const seeds = 3000;

it('every fault at every effect and every line of the journal leaves no trace in what it comes to', async () => {
  const { points, undisturbed } = await allPoints();
  const others: string[] = [];
  for (const point of points) {
    const isEqual = (await outcomeAt(point)) === undisturbed;
    if (!isEqual) others.push(`${point.fault} at ${point.kind} ${point.at}, ${point.name}`);
    process.stdout.write(`${isEqual ? 'equal' : 'OTHER'}  ${point.kind} ${point.at} ${point.name}: ${point.fault}\n`);
  }
  tellProof({ points: points.length, equal: points.length - others.length });
  expect(others).toEqual([]);
}, 600_000);

it('whatever faults a seed chooses, it comes to what an undisturbed run comes to', async () => {
  const { undisturbed } = await allPoints();
  const first = Number(process.env['SEALIFT_SEED'] ?? Date.now() % 1_000_000);
  process.stdout.write(`SEALIFT_SEED=${first}, and the ${seeds} after it\n`);
  const others: string[] = [];
  let faults = 0;
  for (let seed = first; seed < first + seeds; seed += 1) {
    const found = await outcomeOf(seed);
    faults += found.faults;
    if (found.outcome !== undisturbed) others.push(`SEALIFT_SEED=${seed}`);
  }
  process.stdout.write(`${seeds} runs with ${faults} faults\n`);
  tellProof({ points: seeds, equal: seeds - others.length });
  expect(others).toEqual([]);
}, 1_800_000);
