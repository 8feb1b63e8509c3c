import { clusterDifferences } from './cluster-differences.ts';
import { machineDifferences } from './machine-differences.ts';
import { workloadDifferences } from './workload-differences.ts';
import type { Difference } from './difference.ts';

/** All that sites are made to differ in. */
export const differences: readonly Difference[] = [
  ...machineDifferences,
  ...clusterDifferences,
  ...workloadDifferences,
];
