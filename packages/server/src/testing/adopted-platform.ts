import { pushRelease, type ReleaseSketch } from './push-release.ts';
import { RunningPlatform } from './running-platform.ts';

/**
 * A console that knows some releases and has adopted the first of them, with a simulated cluster that runs it.
 *
 * @param cniValues what the site has made of the CNI layer's values; the defaults without it
 */
export async function startAdopted(
  releases: readonly [ReleaseSketch, ...ReleaseSketch[]],
  cniValues?: string,
): Promise<RunningPlatform> {
  const platform = await RunningPlatform.start();
  const client = platform.registry();
  try {
    const [first, ...later] = releases;
    const installed = await pushRelease(client, first);
    for (const release of later) await pushRelease(client, release);
    await platform.sync();
    const values = cniValues === undefined ? [] : [{ layer: 'cni', pack: 'calico', values: cniValues }];
    await platform.call('POST', '/platform/adopt', { version: first.version, values });
    const { layers } = (await platform.call('GET', '/profile')).body;
    const running = layers.map(({ pack, currentValues }: Record<string, string>) => [pack, currentValues]);
    await platform.connectCluster(installed.release, Object.fromEntries(running));
    return platform;
  } catch (error) {
    await platform.stop();
    throw error;
  } finally {
    client.close();
  }
}
