import { mutantsOf } from './mutant.ts';

export const kubernetesMutants = mutantsOf('kubernetes', [
  [
    'an API server that is away for a moment ends the work',
    'unavailable.ts',
    'new Set([429, 500, 502, 503, 504])',
    'new Set([429, 500, 502, 504])',
    'outage.test.ts',
  ],
  [
    'the pause that an API server asks for has no bound',
    'unavailable.ts',
    'Math.min(Number(header) * 1000, longestPauseMs)',
    'Number(header) * 100_000',
    'unavailable.test.ts',
  ],
  [
    'old pods count as settled',
    'workloads.ts',
    'settled: observed && updated === wanted && total === wanted && available >= wanted,',
    'settled: observed && updated === wanted && available >= wanted,',
    'workloads.test.ts',
  ],
  [
    'a rollout that the controller has not seen counts as settled',
    'workloads.ts',
    'settled: observed && updated',
    'settled: updated',
    'workloads.test.ts',
  ],
]);
