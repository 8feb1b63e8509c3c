import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Built,
  type DemoEnvironment,
  type DemoOptions,
  prepareDemo,
  simulatedAt,
  type StartCluster,
  startDemo,
} from '@sealift/cli/demo/demo-environment';
import type { SimulatedCluster } from '@sealift/cli/demo/cluster/simulated-cluster';
import type { Vendor } from '@sealift/cli/demo/vendor';
import { inject } from 'vitest';

/** The bundles, keys and pages that were built for this run. */
export function built(): Built {
  const { pages, publicKey, publicKeyFile, bundles } = inject('built');
  return { pages, vendor: { publicKey, publicKeyFile, bundles: new Map(bundles) } };
}

export interface TestEnvironment extends DemoEnvironment {
  /** What each bundle wrote while it ran, and the other remarks of the set-up. */
  readonly remarks: readonly string[];
  /** Stops everything and removes the folder. */
  remove(): Promise<void>;
}

/**
 * A platform of its own for one test file: 4.2.12 installed with the site's values, 4.2.13 uploaded.
 *
 * @param runs what the console runs on: by default the checkout, with the embedded store
 */
export async function startEnvironment(
  speed: number,
  changeValues?: (values: string, pack: string) => string,
  runs: Pick<DemoOptions, 'databaseUrl' | 'adopt'> & {
    readonly executable?: string;
    /** Web pages in place of those of the run; an executable serves its own without. */
    readonly pages?: string;
    readonly startCluster?: StartCluster<SimulatedCluster>;
    /** Other bundles than those of the run. */
    readonly vendor?: Vendor;
  } = {},
): Promise<TestEnvironment> {
  const dir = await mkdtemp(join(tmpdir(), 'sealift-test-'));
  const remarks: string[] = [];
  const say = (text: string): void => void remarks.push(text);
  const cancel = new AbortController().signal;
  try {
    const { executable, pages, databaseUrl, adopt, startCluster = simulatedAt(speed), vendor = built().vendor } = runs;
    const demo = await prepareDemo({ dir, env: process.env, say, cancel, executable, changeValues });
    const options = {
      demo,
      port: 0,
      built: { pages: pages ?? built().pages, vendor },
      ...(databaseUrl !== undefined && { databaseUrl }),
      ...(adopt !== undefined && { adopt }),
      ownPages: executable !== undefined && pages === undefined,
    };
    const environment = await startDemo(options, startCluster);
    const remove = async (): Promise<void> => {
      await environment.stop();
      await rm(dir, { recursive: true, force: true });
    };
    return { ...environment, remarks, remove };
  } catch (error) {
    await rm(dir, { recursive: true, force: true });
    throw new Error(`the environment did not start after:\n${remarks.join('\n')}`, { cause: error });
  }
}
