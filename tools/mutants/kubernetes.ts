import { mutantsOf } from './mutant.ts';

export const kubernetesMutants = mutantsOf('kubernetes', [
  [
    'an API server that is away for a moment ends the work',
    'connection/unavailable.ts',
    'new Set([429, 500, 502, 503, 504])',
    'new Set([429, 500, 502, 504])',
    'connection/outage.test.ts',
  ],
  [
    'the pause that an API server asks for has no bound',
    'connection/unavailable.ts',
    'Math.min(Number(header) * 1000, longestPauseMs)',
    'Number(header) * 100_000',
    'connection/unavailable.test.ts',
  ],
]);
