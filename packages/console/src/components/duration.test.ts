import { expect, test } from 'vitest';
import { durationText, usualText } from './duration.ts';

test.each([
  [-5, '0 s'],
  [45_900, '45 s'],
  [185_000, '3 min 05 s'],
  [3_600_000, '1 h 00 min'],
  [7_620_000, '2 h 07 min'],
])('%i ms are said as %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});

test('what is usual is said to the minute above, with its bound where that is another; else it is unknown', () => {
  expect(usualText(null)).toBe('unknown');
  expect(usualText({ p50Ms: 61_000, p90Ms: 110_000, samples: 3 })).toBe('2 min');
  expect(usualText({ p50Ms: 61_000, p90Ms: 301_000, samples: 3 })).toBe('2 min, nine times of ten at most 6 min');
});
