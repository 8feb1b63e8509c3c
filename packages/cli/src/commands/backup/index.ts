import type { Command } from 'commander';
import type { RegisterCommand } from '../../context.ts';
import { withConnection } from '../vsphere/connection.ts';
import type { CreateOptions } from './create.ts';
import type { RestoreClusterOptions } from './restore-cluster.ts';
import type { RestoreOptions } from './restore.ts';
import { withS3 } from './s3-options.ts';
import type { ScheduleOptions } from './schedule.ts';
import type { StoreOptions } from './store.ts';
import type { VerifyOptions } from './verify.ts';

interface Output {
  readonly json?: true;
}

/** `sealift backup`: makes, checks and restores backups of the console and its platform. */
export const registerBackup: RegisterCommand = (program, context) => {
  const backup = program.command('backup').description('Backups of the console and its platform.');
  backup
    .command('create')
    .description('Makes a backup and waits until it was restored on trial.')
    .option('--etcd-snapshot <file>', 'note that this snapshot of etcd lies beside the backup: where, and its SHA-256')
    .option('--json', 'print one JSON object')
    .action(async (options: CreateOptions) => {
      const { createBackup } = await import('./create.ts');
      await createBackup(options, context);
    });
  backup
    .command('list')
    .description('Lists backups, newest first, with what is under way and when the next one is due.')
    .option('--json', 'print one JSON object')
    .action(async (options: Output) => {
      const { listBackups } = await import('./list.ts');
      await listBackups(options, context);
    });
  backup
    .command('download')
    .description('Saves the sealed file of a backup. Keep the key file in another place than the backups.')
    .argument('<id>', 'of the backup, as `sealift backup list` tells it')
    .requiredOption('-o, --output <file>', 'where to write it')
    .option('--json', 'print one JSON object')
    .action(async (id: string, options: Output & { output: string }) => {
      const { downloadBackup } = await import('./download.ts');
      await downloadBackup(id, options, context);
    });
  backup
    .command('remove')
    .description('Removes a backup and its file.')
    .argument('<id>', 'of the backup, as `sealift backup list` tells it')
    .option('--json', 'print one JSON object')
    .action(async (id: string, options: Output) => {
      const { removeBackup } = await import('./remove.ts');
      await removeBackup(id, options, context);
    });
  backup
    .command('schedule')
    .description('Shows when backups are made by themselves, or sets it.')
    .option('--every <hours>', 'make one every so many hours')
    .option('--off', 'make none')
    .option('--keep <count>', 'how many of those that were made by themselves are kept')
    .option('--json', 'print one JSON object')
    .action(async (options: ScheduleOptions) => {
      const { scheduleBackups } = await import('./schedule.ts');
      await scheduleBackups(options, context);
    });
  withS3(
    backup
      .command('store')
      .description(
        'Shows where backups are kept, or sets it: a bucket of a store that speaks S3, once all that backups need was done there. What is not given of a store that is set stays as it is.',
      )
      .option('--s3-bucket <name>', 'keep them in this bucket')
      .option('--s3-prefix <path>', 'before the name of each'),
  )
    .option('--folder', "keep them in the folder of each console's machine")
    .option('--check', 'do all that backups need with the store now: write, list, read, remove')
    .option('--json', 'print one JSON object')
    .action(async (options: StoreOptions) => {
      const { backupStore } = await import('./store.ts');
      await backupStore(options, context);
    });
  withGiven(
    backup
      .command('verify')
      .description(
        'Reads a backup from its first byte to its last and restores it into a store that is thrown away; needs no console. Exit 2 where it is damaged.',
      )
      .argument('<file>', backupFile),
  )
    .option(
      '--kube-apiserver <file>',
      'load the objects into this API server too, on a throw-away etcd: an executable of the version of the cluster',
    )
    .option('--etcd <file>', 'executable of etcd for that')
    .option('--json', 'print one JSON object')
    .action(async (file: string, options: VerifyOptions) => {
      const { verifyBackup } = await import('./verify.ts');
      await verifyBackup(file, options, context);
    });
  withGiven(
    backup
      .command('restore')
      .description(
        'Restores the console of a backup into a data folder and its store, or DATABASE_URL. Stop the console first. It goes in whole or not at all.',
      )
      .argument('<file>', backupFile),
  )
    .requiredOption('--data <folder>', 'the data folder of the console; made where it is missing')
    .option('--replace', 'throw away what a console that is in use has')
    .option('--dry-run', 'do all of it on trial, say what came of it, and leave the store as it is')
    .option('--apply', 'do it')
    .option('--json', 'print one JSON object')
    .action(async (file: string, options: RestoreOptions) => {
      const { restoreBackup } = await import('./restore.ts');
      await restoreBackup(file, options, context);
    });
  withConnection(
    withGiven(
      backup
        .command('restore-cluster')
        .description(
          'Makes the objects of a backup that the clusters of a site have lost, with Cluster API paused, and lets it go when no virtual machine would be made or deleted. What is there stays as it is. Exit 3 where it stays paused; run it again then.',
        )
        .argument('<file>', backupFile),
    ),
  )
    .option('--kubeconfig <file>', 'of the enterprise cluster; else KUBECONFIG, else ~/.kube/config')
    .option(
      '--management-kubeconfig <file>',
      'of the cluster whose Cluster API makes its machines, where that is another one',
    )
    .option('--dry-run', 'say what would be made, change nothing')
    .option('--apply', 'do it')
    .option('--json', 'print one JSON object')
    .action(async (file: string, options: RestoreClusterOptions) => {
      const { restoreClusterObjects } = await import('./restore-cluster.ts');
      await restoreClusterObjects(file, options, context);
    });
};

const backupFile = 'the backup: a file, or s3://bucket/prefix/name of a store';

/** Adds the options of every command that reads a given backup. */
function withGiven(command: Command): Command {
  return withS3(
    command.requiredOption(
      '--secret-key-file <file>',
      'the key that it is sealed with: `secret-key` in the data folder of the console that made it, or what its --secret-key-file named',
    ),
  );
}
