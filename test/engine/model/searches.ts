import type { Budget } from './model-run.ts';

/** Small plans: each ends, and fails, in another way. */
export const plans = {
  /** Everything can be taken back in place. */
  'a backup': ['0-lock-console', '0-backup', '0-unlock-console'],
  /** What is applied stays. */
  'a layer': ['0-lock-console', '0-layer-cni-cni-calico', '0-unlock-console'],
  /** Nodes are replaced one after another, and there is no way back. */
  workers: ['0-lock-console', '0-workers', '0-unlock-console'],
} as const;

const nothing: Budget = { crashes: 0, expiries: 0, rivals: 0, losses: 0, refusals: 0, people: 0 };

function budget(some: Partial<Budget>): Budget {
  return { ...nothing, ...some };
}

/** One thing at a time. */
export const single: readonly Budget[] = [
  budget({ crashes: 1 }),
  budget({ losses: 1 }),
  budget({ refusals: 1 }),
  budget({ people: 1 }),
  budget({ expiries: 1 }),
];

/** Two things, also of one kind, and a process that stands by. */
export const pairs: readonly Budget[] = [
  budget({ crashes: 2 }),
  budget({ crashes: 1, losses: 1 }),
  budget({ crashes: 1, refusals: 1 }),
  budget({ crashes: 1, people: 1 }),
  budget({ losses: 2 }),
  budget({ losses: 1, refusals: 1 }),
  budget({ losses: 1, people: 1 }),
  budget({ refusals: 2 }),
  budget({ refusals: 1, people: 1 }),
  budget({ people: 2 }),
  budget({ expiries: 1, rivals: 1 }),
  budget({ expiries: 1, crashes: 1 }),
  budget({ expiries: 1, losses: 1 }),
  budget({ expiries: 1, refusals: 1 }),
  budget({ expiries: 1, people: 1 }),
];

/** In words, for people. */
export function nameOf(given: Budget): string {
  const some = Object.entries(given).filter(([, times]) => times > 0);
  return some.map(([what, times]) => `${times} ${what}`).join(', ');
}
