import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import { type ConsoleOptions, type RunningConsole, startConsole } from '@sealift/server/console';
import { parseImageRegistry } from '@sealift/site/image-registry';
import type { ImageRegistry, SiteSettings } from '@sealift/site/settings';
import type { CliContext } from '../../context.ts';
import { parseNamespaced } from '../namespaced.ts';
import { notEmpty, readConnection } from '../vsphere/connection.ts';
import { checkTrustedProxy, parseListen } from './addresses.ts';
import { HandOver } from './hand-over/hand-over.ts';
import { withVariables } from './pod-variables.ts';
import { predecessor } from './hand-over/predecessor.ts';

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
  readonly context?: string;
  readonly managementKubeconfig?: string;
  readonly managementContext?: string;
  readonly clusterName?: string;
  readonly variablesFile?: string;
  readonly imageRegistry?: string;
  readonly imagePullSecret?: string;
  readonly secretKeyFile?: string;
  readonly backupKubeApiserver?: string;
  readonly backupEtcd?: string;
  readonly rehearsalPrograms?: string;
  readonly trustedProxy?: string;
  readonly assets?: string;
  readonly json?: boolean;
}

/**
 * Runs the system console until the context is cancelled. `DATABASE_URL` names a PostgreSQL server; without it the embedded
 * store is used. An executable that is put in the place of this one takes over at the next safe point.
 *
 * @throws USAGE, and what `startConsole` throws
 */
export async function runServer(given: ServerRunOptions, context: CliContext): Promise<void> {
  const options = withVariables(given, context.env);
  const { host, port } = parseListen(options.listen);
  const { trustedProxy } = options;
  if (trustedProxy !== undefined) checkTrustedProxy(trustedProxy);
  const databaseUrl = context.env['DATABASE_URL'];
  const startedWith = ofPacks(options);
  const site = await siteSettings(options, startedWith, context);
  const secretKeyFile = options.secretKeyFile ?? notEmpty(context.env['SEALIFT_SECRET_KEY_FILE']);
  await serve(options, context, {
    dataDir: options.data,
    host,
    port,
    log: context.note,
    ...(databaseUrl === undefined || databaseUrl === '' ? {} : { databaseUrl }),
    ...(options.simulator === undefined ? {} : { clusterUrl: options.simulator }),
    ...(site === undefined ? {} : { site }),
    startedWith,
    ...(secretKeyFile === undefined ? {} : { secretKeyFile }),
    ...backupPrograms(options),
    ...rehearsalPrograms(options),
    ...(trustedProxy === undefined ? {} : { trustedProxy }),
    ...(options.assets === undefined ? {} : { assetsDir: options.assets }),
  });
}

/** Runs consoles one after the other: this version, and whatever takes its place. */
async function serve(options: ServerRunOptions, context: CliContext, settings: ConsoleOptions): Promise<void> {
  const before = predecessor(context.env);
  const stop = before === undefined ? context.cancel : AbortSignal.any([context.cancel, before.gone]);
  const handOver = new HandOver(resolve(options.data), context.note);
  let { port } = settings;
  for (let isFirst = true; ; isFirst = false) {
    const running = await startConsole({ ...settings, ...(port === undefined ? {} : { port }) });
    if (isFirst) {
      announce(running, options, context);
      before?.tellReady();
    }
    port = Number(new URL(running.url).port);
    let next: Awaited<ReturnType<HandOver['next']>>;
    try {
      next = await handOver.next(running, stop);
    } finally {
      await running.close();
    }
    if (next === undefined || stop.aborted) return;
    // The address stays what it was, also where it was a free one.
    const args = [...process.argv.slice(2), '--listen', listenOn(settings.host, port)];
    const successor = await handOver.start(next, args, stop);
    if (successor !== undefined) {
      context.exitCode = await successor.ended;
      return;
    }
    if (stop.aborted) return;
  }
}

function announce({ url, setupUrl }: RunningConsole, { json }: ServerRunOptions, context: CliContext): void {
  if (json === true) return context.out(JSON.stringify({ url, setupUrl }));
  context.out(`System console: ${url}`);
  if (setupUrl !== null) context.out(`Make the first administrator (once, within a day): ${setupUrl}`);
}

function listenOn(host: string | undefined, port: number): string {
  const at = host ?? '127.0.0.1';
  return `${at.includes(':') ? `[${at}]` : at}:${port}`;
}

/** What the objects of backups are loaded into. @throws USAGE, FILE_NOT_FOUND: later no backup would be made, and no upgrade begun */
function backupPrograms({ backupKubeApiserver: kubeApiserver, backupEtcd: etcd }: ServerRunOptions) {
  if (kubeApiserver === undefined && etcd === undefined) return {};
  if (kubeApiserver === undefined || etcd === undefined) {
    throw usage('give --backup-kube-apiserver and --backup-etcd, both or neither');
  }
  for (const path of [kubeApiserver, etcd]) {
    if (!existsSync(path)) throw new SealiftError('FILE_NOT_FOUND', { values: { path } });
    if (!isProgram(path)) throw usage(`${path} is no executable file`);
  }
  return { backupPrograms: { kubeApiserver: resolve(kubeApiserver), etcd: resolve(etcd) } };
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** @throws USAGE where there is no such folder: no upgrade would ever be rehearsed */
function rehearsalPrograms({ rehearsalPrograms: folder }: ServerRunOptions) {
  if (folder === undefined) return {};
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw usage(`--rehearsal-programs ${folder} is not a folder`);
  }
  return { rehearsalPrograms: resolve(folder) };
}

/** Undefined where no vCenter is named: then only a simulated cluster can be upgraded, if there is one. */
async function siteSettings(
  options: ServerRunOptions,
  startedWith: ReturnType<typeof ofPacks>,
  context: CliContext,
): Promise<SiteSettings | undefined> {
  const { env } = context;
  if ((options.vcenter ?? env['SEALIFT_VCENTER'] ?? '') === '') {
    const { kubeconfig, managementKubeconfig, managementContext, clusterName } = options;
    const clusters = { kubeconfig, context: options.context, managementKubeconfig, managementContext, clusterName };
    const [alone] = Object.entries(clusters).find(([, value]) => value !== undefined) ?? [];
    if (alone !== undefined) {
      const option = `--${alone.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
      throw usage(`${option} is of no use without the --vcenter of the cluster`);
    }
    return undefined;
  }
  const cluster = parseNamespaced('--cluster-name', options.clusterName);
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
    enterprise: { kubeconfig: options.kubeconfig, context: options.context ?? notEmpty(env['SEALIFT_CONTEXT']) },
    management: managementAccess(options, env),
    cluster,
    ...startedWith,
  };
}

/** What packs are applied with: it holds also where vCenter and cluster are given in the console. */
function ofPacks(options: ServerRunOptions): Pick<SiteSettings, 'variables' | 'imageRegistry'> {
  const { variablesFile } = options;
  return {
    variables: variablesFile === undefined ? undefined : { file: resolve(variablesFile) },
    imageRegistry: imageRegistryOf(options),
  };
}

/** Undefined where Cluster API is in the enterprise cluster itself. */
function managementAccess(
  { managementKubeconfig, managementContext }: ServerRunOptions,
  env: CliContext['env'],
): SiteSettings['management'] {
  const kubeconfig = managementKubeconfig ?? notEmpty(env['SEALIFT_MANAGEMENT_KUBECONFIG']);
  const context = managementContext ?? notEmpty(env['SEALIFT_MANAGEMENT_CONTEXT']);
  return kubeconfig === undefined && context === undefined ? undefined : { kubeconfig, context };
}

function imageRegistryOf({ imageRegistry: text, imagePullSecret }: ServerRunOptions): ImageRegistry | undefined {
  if (text === undefined) {
    if (imagePullSecret !== undefined) throw usage('--image-pull-secret is of no use without --image-registry');
    return undefined;
  }
  const parsed = parseImageRegistry(text);
  if (parsed === undefined)
    throw usage(`--image-registry ${text} is not of the form host[:port][/path], without https://`);
  return { ...parsed, pullSecret: parseNamespaced('--image-pull-secret', imagePullSecret) };
}

function usage(reason: string): SealiftError {
  return new SealiftError('USAGE', { values: { reason } });
}
