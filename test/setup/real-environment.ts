import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RealCluster } from '@sealift/cli/demo/cluster/real-cluster';
import {
  type DemoEnvironment,
  type DemoReleases,
  type StartCluster,
  installed,
  offered,
  prepareDemo,
  realCluster,
  startDemo,
} from '@sealift/cli/demo/demo-environment';
import type { ChangeValues } from '@sealift/cli/demo/platform';
import { prepareRealPlatform } from '@sealift/cli/demo/real-platform';
import type { DemoContext } from '@sealift/cli/demo/demo-context';
import { makeVendor } from '@sealift/cli/demo/vendor';
import { built } from './environment.ts';

/** Releases in place of the sample's two. */
export interface OtherReleases extends DemoReleases {
  /** Whose bundles are made and are not uploaded. */
  readonly offered: readonly string[];
  /** Writes them into the copy of the sample, each with a folder of its own. */
  write(harborview: string): Promise<void>;
}

export interface RealEnvironment extends DemoEnvironment<RealCluster> {
  /** Stops everything and removes the folder. */
  remove(): Promise<void>;
}

/**
 * A platform on a real cluster: 4.2.12 on Kubernetes 1.36 installed with the site's values, 4.2.13 on 1.37 uploaded.
 *
 * @param through what the console reaches the cluster through, in place of the cluster itself
 * @param start the cluster, where it is to be another
 * @param other what the site runs in place of the sample's values, and releases in place of the sample's
 */
export async function startRealEnvironment(
  through: (cluster: RealCluster, context: DemoContext) => Promise<RealCluster> = (cluster) => Promise.resolve(cluster),
  start: StartCluster<RealCluster> = realCluster,
  other: { readonly changeValues?: ChangeValues | undefined; readonly releases?: OtherReleases } = {},
): Promise<RealEnvironment> {
  const { changeValues, releases } = other;
  const dir = await mkdtemp(join(tmpdir(), 'sealift-real-'));
  const remarks: string[] = [];
  const say = (text: string): void => void remarks.push(text);
  const cancel = new AbortController().signal;
  try {
    const prepared = await prepareDemo({ dir, env: process.env, say, cancel, changeValues });
    const demo = await prepareRealPlatform(prepared, process.env);
    await releases?.write(demo.checkout.harborview);
    const versions = releases === undefined ? [installed, offered] : [...releases.uploaded, ...releases.offered];
    const made = { pages: built().pages, vendor: await makeVendor(demo, versions) };
    const begin = { demo, port: 0, built: made, ...(releases === undefined ? {} : { releases }) };
    const environment = await startDemo(begin, async (context, vendor) => {
      const cluster = await start(context, vendor);
      return await through(cluster, context).catch(async (error: unknown) => {
        await cluster.service.stop();
        throw error;
      });
    });
    const remove = async (): Promise<void> => {
      await environment.stop();
      await rm(dir, { recursive: true, force: true });
    };
    return { ...environment, remove };
  } catch (error) {
    await rm(dir, { recursive: true, force: true });
    throw new Error(`the real environment did not start after:\n${remarks.slice(-40).join('\n')}`, { cause: error });
  }
}
