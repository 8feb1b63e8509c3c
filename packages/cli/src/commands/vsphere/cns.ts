import type { Command } from 'commander';
import type { CliContext } from '../../context.ts';
import { withConnection } from './connection.ts';
import type { CnsRepairOptions } from './cns-repair.ts';
import type { CnsOptions } from './cns-sides.ts';

/** `sealift vsphere cns`: under which id vCenter knows the cluster's volumes. */
export function registerCns(vsphere: Command, context: CliContext): void {
  const cns = vsphere
    .command('cns')
    .description(
      'Storage identity: the cluster-id under which vCenter (Cloud Native Storage) knows the volumes of a cluster.',
    );
  withCluster(
    cns
      .command('check')
      .description(
        'Compares the volumes that vCenter has under the cluster-id with those of the cluster; changes nothing.',
      ),
  ).action(async (options: CnsOptions) => {
    const { runCheck } = await import('./cns-check.ts');
    await runCheck(options, context);
  });
  withCluster(
    cns
      .command('repair')
      .description(
        'Gives the cluster a cluster-id of its own: in its configuration, in the CSI driver and at its volumes. Can be cut and run again.',
      ),
  )
    .option('--dry-run', 'say what would be done, change nothing; this is the default')
    .option('--apply', 'do it')
    .action(async (options: CnsRepairOptions) => {
      const { runRepair } = await import('./cns-repair.ts');
      await runRepair(options, context);
    });
}

function withCluster(command: Command): Command {
  return withConnection(command)
    .option('--kubeconfig <file>', 'access to the cluster; else KUBECONFIG, else ~/.kube/config')
    .option('--context <name>', 'a context of the kubeconfig; else its current one')
    .option('--json', 'print one JSON object');
}
