import { expect, it } from 'vitest';
import { allPoints, outcomeAt } from './faults/points.ts';
import { outcomeOf } from './faults/random-faults.ts';

/** Of the points one in so many, and so many seeds; `npm run prove` takes all. */
const oneIn = 3;
const seeds = 40;
const given = process.env['SEALIFT_SEED'];

it('a fault at an effect or a line of the journal leaves no trace in what it comes to', async () => {
  const { points, undisturbed } = await allPoints();
  expect(points.length).toBeGreaterThan(150);
  for (const point of points.filter((_, index) => index % oneIn === 0)) {
    expect([point, await outcomeAt(point)]).toEqual([point, undisturbed]);
  }
});

it('whatever faults a seed chooses, it comes to what an undisturbed run comes to', async () => {
  const { undisturbed } = await allPoints();
  const chosen = given === undefined ? Array.from({ length: seeds }, (_, index) => index + 1) : [Number(given)];
  for (const seed of chosen) {
    const { outcome } = await outcomeOf(seed);
    expect([`SEALIFT_SEED=${seed}`, outcome]).toEqual([`SEALIFT_SEED=${seed}`, undisturbed]);
  }
});
