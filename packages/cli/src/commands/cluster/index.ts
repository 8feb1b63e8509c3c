import type { RegisterCommand } from '../../context.ts';
import { withEtcdSource } from './etcd-source.ts';
import type { SnapshotEtcdOptions } from './snapshot-etcd.ts';

/** `sealift cluster`: the enterprise cluster as it is now, and a way in. */
export const registerCluster: RegisterCommand = (program, context) => {
  const cluster = program.command('cluster').description('The enterprise cluster as it is now, seen by the console.');
  cluster
    .command('nodes')
    .description('Lists the nodes with their machines.')
    .option('--json', 'print one JSON object')
    .action(async (options: { json?: true }) => {
      const { showNodes } = await import('./nodes.ts');
      await showNodes(options, context);
    });
  cluster
    .command('layers')
    .description('Lists the layers that run, beside what is recorded.')
    .option('--json', 'print one JSON object')
    .action(async (options: { json?: true }) => {
      const { showLayers } = await import('./layers.ts');
      await showLayers(options, context);
    });
  cluster
    .command('events')
    .description('Lists the latest events: warnings first, of each the newest first; 500 at most.')
    .option('--json', 'print one JSON object')
    .action(async (options: { json?: true }) => {
      const { showEvents } = await import('./events.ts');
      await showEvents(options, context);
    });
  cluster
    .command('kubeconfig')
    .description('Makes a kubeconfig of the enterprise cluster that ends by itself, and saves it for you alone.')
    .requiredOption('-o, --output <file>', 'the file to write')
    .option('--hours <number>', 'how long it lives, 1 to 24', '8')
    .option('--json', 'print one JSON object')
    .action(async (options: { output: string; hours: string; json?: true }) => {
      const { saveKubeconfig } = await import('./kubeconfig.ts');
      await saveKubeconfig(options, context);
    });
  withEtcdSource(
    cluster
      .command('snapshot-etcd')
      .description(
        "Saves a snapshot of the cluster's etcd, as `etcdctl snapshot save` writes it: through the API server, without a login on a machine, and without a console.",
      )
      .requiredOption('-o, --output <file>', 'the file to write, for you alone'),
  )
    .option('--json', 'print one JSON object')
    .action(async (options: SnapshotEtcdOptions) => {
      const { snapshotEtcd } = await import('./snapshot-etcd.ts');
      await snapshotEtcd(options, context);
    });
};
