import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { programOf, sampleProviders } from '../../cluster-api/sample-components.ts';
import type { Definition } from './definitions.ts';

const programs = fileURLToPath(new URL('../../../../../test/peers/cluster-api/programs', import.meta.url));

/**
 * The Deployments of Cluster API's managers, as a cluster has them from which one reads the version that runs. They want no pods: the managers run
 * as plain programs.
 */
export async function clusterApiDeployments(): Promise<readonly Definition[]> {
  const version = /^core\/manager .*=(v\S+)$/m.exec(await readFile(programs, 'utf8'))?.[1];
  if (version === undefined) throw new Error(`${programs} does not say the version of Cluster API`);
  const { core, bootstrap, controlPlane } = sampleProviders;
  return [core, bootstrap, controlPlane]
    .flatMap((one) => programOf(one, version))
    .filter(({ kind }) => kind === 'Deployment')
    .map((one) => ({ ...one, spec: { ...(one['spec'] as object), replicas: 0 } }));
}
