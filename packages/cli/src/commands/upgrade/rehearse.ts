import { rehearse } from '@sealift/site/rehearse';
import type { CliContext } from '../../context.ts';
import { showRehearsal } from './rehearsal-report.ts';

export interface RehearseOptions {
  readonly etcdSnapshot: string;
  readonly runningKubeApiserver: string;
  readonly kubeApiserver: string;
  readonly etcd: string;
  readonly etcdutl: string;
  readonly native?: true;
  readonly json?: true;
}

/** Tries the API server of another minor on a copy of a cluster; exit code 2 where something is in the way. @throws REHEARSAL_…, CANCELLED */
export async function rehearseUpgrade(options: RehearseOptions, context: CliContext): Promise<void> {
  const { etcdSnapshot, runningKubeApiserver, kubeApiserver, etcd, etcdutl, native } = options;
  const rehearsal = await rehearse({
    snapshot: etcdSnapshot,
    store: { etcd, etcdutl },
    running: runningKubeApiserver,
    other: kubeApiserver,
    native,
    folder: context.env['TMPDIR'],
    cancel: context.cancel,
  });
  if (options.json === true) context.out(JSON.stringify(rehearsal));
  else showRehearsal(rehearsal, context);
  if (rehearsal.findings.length > 0) context.exitCode = 2;
}
