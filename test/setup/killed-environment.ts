import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RealCluster } from '@sealift/cli/demo/cluster/real-cluster';
import type { DemoContext } from '@sealift/cli/demo/demo-context';
import { startConsoleServer } from '@sealift/cli/demo/demo-services';
import { validCertificate } from '@sealift/testkit/certificates';
import { startCuttingKubernetes } from '@sealift/testkit/cutting-kubernetes';
import { type CuttingProxy, type PassingRequest, startCuttingProxy } from '@sealift/testkit/cutting-proxy';
import { effectOnKubernetes, effectOnVcenter } from './effects.ts';
import { KilledConsole } from './killed-console.ts';
import { type RealEnvironment, startRealEnvironment } from './real-environment.ts';

/** A platform on a real cluster whose console is killed at effects of its upgrade. */
export interface KilledEnvironment extends RealEnvironment {
  readonly killed: KilledConsole;
  /** Kills begin with the next upgrade; its first effect waits until the promise settles. */
  killFrom(begun: Promise<void>): void;
}

/** @param oneIn at every so many moments, see `KilledConsole` */
export async function startKilledEnvironment(oneIn: number): Promise<KilledEnvironment> {
  const proxies: CuttingProxy[] = [];
  const killed = new KilledConsole(oneIn, () => {
    const { context, cluster, built } = environment;
    const port = Number(new URL(environment.console.ready.url).port);
    return startConsoleServer(context, { cluster, pages: built.pages, port });
  });
  const environment = await startRealEnvironment((cluster, context) =>
    behindProxies(cluster, context, killed, proxies),
  );
  return {
    ...environment,
    killed,
    killFrom: (begun) => killed.watch(environment.console, begun),
    async remove() {
      await killed.stop();
      await environment.remove();
      await Promise.all(proxies.map((proxy) => proxy.close()));
    },
  };
}

/** The same cluster and vCenter, and between them and the console what sees each effect pass. */
async function behindProxies(
  cluster: RealCluster,
  context: DemoContext,
  killed: KilledConsole,
  proxies: CuttingProxy[],
): Promise<RealCluster> {
  const { workload, management, vcenter } = cluster.service.ready;
  const hooksOf = (effectOf: (passing: PassingRequest) => string | undefined) => ({
    before: (passing: PassingRequest) => killed.at('before', effectOf(passing)),
    after: (passing: PassingRequest) => killed.at('after', effectOf(passing)),
  });
  const kubeconfigOf = async (name: string, file: string): Promise<string> => {
    const written = join(context.folder.temporary, `${name}.kubeconfig`);
    const hooks = hooksOf((passing) => effectOnKubernetes(name, passing));
    proxies.push(await startCuttingKubernetes(file, written, hooks));
    return written;
  };
  const ca = await readFile(vcenter.caFile, 'utf8');
  const { origin } = new URL(vcenter.url);
  const line = await startCuttingProxy(origin, { ...hooksOf(effectOnVcenter), keepHost: true }, { ca });
  proxies.push(line);
  const caFile = join(context.folder.temporary, 'vcenter-ca.pem');
  // Disks go straight to the host, past the proxy.
  await writeFile(caFile, `${validCertificate}\n${ca}`);
  const instead = new Map([
    [workload.kubeconfig, await kubeconfigOf('workload', workload.kubeconfig)],
    [management.kubeconfig, await kubeconfigOf('management', management.kubeconfig)],
    [vcenter.url, vcenter.url.replace(origin, line.url)],
    [vcenter.caFile, caFile],
  ]);
  return { ...cluster, consoleArgs: cluster.consoleArgs.map((argument) => instead.get(argument) ?? argument) };
}
