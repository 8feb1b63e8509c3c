import { startConsole } from '@sealift/server/console';
import type { SiteSettings } from '@sealift/site/settings';
import type { CliContext } from '../../context.ts';
import { readConnection } from '../vsphere/connection.ts';
import { checkTrustedProxy, parseListen } from './addresses.ts';

export interface ServerRunOptions {
  readonly data: string;
  readonly listen: string;
  readonly simulator?: string;
  readonly vcenter?: string;
  readonly vcenterUsername?: string;
  readonly vcenterPasswordFile?: string;
  readonly vcenterCaFile?: string;
  readonly vcenterThumbprint?: string;
  readonly vcenterDatacenter?: string;
  readonly vcenterFolder?: string;
  readonly vcenterCluster?: string;
  readonly vcenterResourcePool?: string;
  readonly vcenterDatastore?: string;
  readonly vcenterNetwork?: string;
  readonly kubeconfig?: string;
  readonly trustedProxy?: string;
  readonly assets?: string;
  readonly json?: boolean;
}

/**
 * Runs the system console until the context is cancelled. `DATABASE_URL` names a PostgreSQL server; without it the embedded
 * store is used.
 *
 * @throws USAGE, and what `startConsole` throws
 */
export async function runServer(options: ServerRunOptions, context: CliContext): Promise<void> {
  const { host, port } = parseListen(options.listen);
  if (options.trustedProxy !== undefined) checkTrustedProxy(options.trustedProxy);
  const databaseUrl = context.env['DATABASE_URL'];
  const vsphere = await vsphereSettings(options, context);
  const running = await startConsole({
    dataDir: options.data,
    host,
    port,
    log: context.note,
    ...(databaseUrl === undefined || databaseUrl === '' ? {} : { databaseUrl }),
    ...(options.simulator === undefined ? {} : { clusterUrl: options.simulator }),
    ...(vsphere === undefined ? {} : { vsphere }),
    ...(options.trustedProxy === undefined ? {} : { trustedProxy: options.trustedProxy }),
    ...(options.assets === undefined ? {} : { assetsDir: options.assets }),
  });
  try {
    if (options.json === true) {
      context.out(JSON.stringify({ url: running.url, setupUrl: running.setupUrl }));
    } else {
      context.out(`System console: ${running.url}`);
      if (running.setupUrl !== null)
        context.out(`Make the first administrator (once, within a day): ${running.setupUrl}`);
    }
    await new Promise<void>((stop) => {
      if (context.cancel.aborted) stop();
      context.cancel.addEventListener('abort', () => stop(), { once: true });
    });
  } finally {
    await running.close();
  }
}

/** Undefined where no vCenter is named: then templates and storage are those of the simulated cluster, if there is one. */
async function vsphereSettings(options: ServerRunOptions, context: CliContext): Promise<SiteSettings | undefined> {
  if ((options.vcenter ?? context.env['SEALIFT_VCENTER'] ?? '') === '') return undefined;
  const { vcenter, vcenterUsername, vcenterPasswordFile, vcenterCaFile, vcenterThumbprint } = options;
  const connection = await readConnection(
    {
      ...(vcenter === undefined ? {} : { vcenter }),
      ...(vcenterUsername === undefined ? {} : { username: vcenterUsername }),
      ...(vcenterPasswordFile === undefined ? {} : { passwordFile: vcenterPasswordFile }),
      ...(vcenterCaFile === undefined ? {} : { caFile: vcenterCaFile }),
      ...(vcenterThumbprint === undefined ? {} : { thumbprint: vcenterThumbprint }),
    },
    context,
  );
  return {
    ...connection,
    places: {
      datacenter: options.vcenterDatacenter,
      folder: options.vcenterFolder,
      cluster: options.vcenterCluster,
      resourcePool: options.vcenterResourcePool,
      datastore: options.vcenterDatastore,
    },
    networks: options.vcenterNetwork === undefined ? [] : [options.vcenterNetwork],
    kubeconfig: options.kubeconfig,
  };
}
