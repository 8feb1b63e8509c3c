import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { templateName } from '@sealift/core/release';
import { z } from 'zod';
import { jsonLine, type Service, startService } from '../child-process.ts';
import type { DemoContext } from '../demo-context.ts';
import { layersOfSite, openVendorBundle, releaseIn } from '../pinned-layers.ts';
import type { Vendor } from '../vendor.ts';
import type { DemoCluster } from './demo-cluster.ts';

const readySchema = z.object({ url: z.string(), callLog: z.string() });
export type SimulatorReady = z.infer<typeof readySchema>;

export interface SimulatedCluster extends DemoCluster {
  readonly service: Service<SimulatorReady>;
}

/**
 * Starts the simulated vSphere cluster.
 *
 * @param version the release that it runs at first, as the vendor's bundle pins it, with the site's values
 * @param speed how many times faster than a few seconds a machine
 */
export async function startSimulatedCluster(
  demo: DemoContext,
  vendor: Vendor,
  { version, speed }: { readonly version: string; readonly speed: number },
): Promise<SimulatedCluster> {
  const file = join(demo.folder.temporary, 'initial-cluster.json');
  await writeFile(file, JSON.stringify(await initialCluster(demo, vendor, version)));
  const args = ['simulator', 'run', '--state', demo.folder.simulator, '--speed', String(speed), '--initial', file];
  const name = 'the simulated cluster';
  const { env, folder, checkout, cancel } = demo;
  const described = { name, command: checkout.sealift, args, env, cwd: folder.path, cancel };
  const service = await startService(described, jsonLine(readySchema));
  const consoleArgs = ['--simulator', service.ready.url];
  const description = `The cluster is a simulation; what it was asked to do is in ${service.ready.callLog}`;
  return { name, description, service, consoleArgs, consoleEnv: {}, install: () => Promise.resolve() };
}

/** What it runs at first, as if it had been applied before the demo begins. */
async function initialCluster(demo: DemoContext, vendor: Vendor, version: string) {
  await using bundle = await openVendorBundle(vendor, version);
  const release = await releaseIn(bundle, vendor, version);
  const { nodeImage, kubernetes } = release.release.spec;
  const layers = await layersOfSite(demo, release);
  return {
    kubernetes: kubernetes.version,
    template: nodeImage === undefined ? 'unknown' : templateName(nodeImage.ova),
    templateSha256: nodeImage?.sha256 ?? null,
    layers: layers.map(({ layer, pack, version: of, digest, values, valuesHash }) => ({
      layer,
      pack,
      version: of,
      digest,
      values,
      valuesHash,
    })),
  };
}
