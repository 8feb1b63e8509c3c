import { resolve } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import type { CliContext } from '../../context.ts';
import { type EtcdSourceOptions, etcdSource } from '../cluster/etcd-source.ts';
import { rehearseByConsole } from './rehearse-by-console.ts';
import { showRehearsal } from './rehearsal-report.ts';
import { usage } from './usage.ts';

export interface RehearseOptions extends EtcdSourceOptions {
  readonly etcdSnapshot?: string;
  readonly runningKubeApiserver?: string;
  readonly kubeApiserver?: string;
  readonly etcd?: string;
  readonly etcdutl?: string;
  readonly native?: true;
  readonly andBack?: true;
  readonly json?: true;
}

/** The programs that a rehearsal on this machine takes, by their options. */
const programs = {
  runningKubeApiserver: '--running-kube-apiserver',
  kubeApiserver: '--kube-apiserver',
  etcd: '--etcd',
  etcdutl: '--etcdutl',
} as const;
type Programs = Readonly<Record<keyof typeof programs, string>>;

/**
 * Tries the API server of another minor on a copy of a cluster: here, where programs are named; else by the console, for an upgrade. Exit code 2 where
 * something is in the way.
 *
 * @throws USAGE, REHEARSAL_…, ETCD_SNAPSHOT_FAILED, KUBERNETES_…, PLATFORM_*, CANCELLED
 */
export async function rehearseUpgrade(
  id: string | undefined,
  options: RehearseOptions,
  context: CliContext,
): Promise<void> {
  const { json, ...others } = options;
  if (Object.keys(others).length === 0) return await rehearseByConsole(id, { ...(json && { json }) }, context);
  if (id !== undefined)
    throw usage('a rehearsal on this machine is of a cluster, not of an upgrade: leave out the id', id);
  await rehearseHere(options, programsIn(options), context);
}

/** @throws USAGE */
function programsIn(options: RehearseOptions): Programs {
  const named = Object.entries(programs).map(([key, option]) => [option, options[key as keyof Programs]] as const);
  const lacking = named.filter(([, path]) => path === undefined).map(([option]) => option);
  if (lacking.length > 0) {
    const reason = `a rehearsal on this machine needs ${lacking.join(', ')} too; without any option the console rehearses`;
    throw usage(reason, lacking[0] ?? '');
  }
  const { runningKubeApiserver = '', kubeApiserver = '', etcd = '', etcdutl = '' } = options;
  return { runningKubeApiserver, kubeApiserver, etcd, etcdutl };
}

async function rehearseHere(options: RehearseOptions, given: Programs, context: CliContext): Promise<void> {
  const { etcdSnapshot, kubeconfig, managementKubeconfig, clusterName } = options;
  if (etcdSnapshot !== undefined && [kubeconfig, managementKubeconfig, clusterName].some((one) => one !== undefined)) {
    const reason = 'give --etcd-snapshot, or the cluster that one is taken of, not both';
    throw new SealiftError('USAGE', { values: { reason } });
  }
  const { runningKubeApiserver, kubeApiserver, etcd, etcdutl } = given;
  // Loaded where it is needed: it brings all of a site.
  const { rehearse } = await import('@sealift/site/rehearse');
  const rehearsal = await rehearse({
    snapshot: etcdSnapshot ?? etcdSource(options),
    // They are started in folders of their own.
    store: { etcd: resolve(etcd), etcdutl: resolve(etcdutl) },
    running: resolve(runningKubeApiserver),
    other: resolve(kubeApiserver),
    native: options.native,
    andBack: options.andBack,
    folder: context.env['TMPDIR'],
    cancel: context.cancel,
  });
  if (options.json === true) context.out(JSON.stringify(rehearsal));
  else showRehearsal(rehearsal, context);
  if (rehearsal.findings.length + (rehearsal.back?.findings.length ?? 0) > 0) context.exitCode = 2;
}
