import { backupMutants } from './backups.ts';
import { bundleMutants } from './bundle.ts';
import { cliMutants } from './cli.ts';
import { consoleMutants } from './console.ts';
import { clusterApiMutants } from './cluster-api.ts';
import { coreMutants } from './core.ts';
import { engineMutants } from './engine.ts';
import { ioMutants } from './io.ts';
import { kubernetesMutants } from './kubernetes.ts';
import { kubernetesStatusMutants } from './kubernetes-status.ts';
import { kubernetesWaitMutants } from './kubernetes-wait.ts';
import type { Mutant } from './mutant.ts';
import { layerMutants } from './layers.ts';
import { ociMutants } from './oci.ts';
import { registryMutants } from './registry.ts';
import { rollbackMutants } from './rollback.ts';
import { serverMutants } from './server.ts';
import { simulatorMutants } from './simulator.ts';
import { siteMutants } from './site.ts';
import { upgradeMutants } from './upgrade.ts';
import { vsphereMutants } from './vsphere.ts';

/** Every mistake that the tests have to notice. */
export const mutants: readonly Mutant[] = [
  ...coreMutants,
  ...ioMutants,
  ...ociMutants,
  ...registryMutants,
  ...bundleMutants,
  ...upgradeMutants,
  ...engineMutants,
  ...vsphereMutants,
  ...kubernetesMutants,
  ...kubernetesStatusMutants,
  ...kubernetesWaitMutants,
  ...siteMutants,
  ...clusterApiMutants,
  ...serverMutants,
  ...simulatorMutants,
  ...consoleMutants,
  ...cliMutants,
  ...layerMutants,
  ...rollbackMutants,
  ...backupMutants,
];
