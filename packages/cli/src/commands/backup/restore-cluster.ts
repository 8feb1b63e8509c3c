import { SealiftError } from '@sealift/core/errors';
import { backupObjects } from '@sealift/server/backup-files';
import { type RestoredCluster, restoreCluster } from '@sealift/site/restore-cluster';
import type { CliContext } from '../../context.ts';
import { plainLine } from '../../terminal/plain-line.ts';
import { type ConnectionOptions, readConnection } from '../vsphere/connection.ts';
import { askedToApply, givenFiles } from './given-files.ts';
import type { S3Options } from './s3-options.ts';

export interface RestoreClusterOptions extends ConnectionOptions, S3Options {
  readonly secretKeyFile: string;
  readonly kubeconfig?: string;
  readonly managementKubeconfig?: string;
  readonly dryRun?: true;
  readonly apply?: true;
  readonly json?: true;
}

const shown = 20;

/**
 * Restores the objects of a backup into the clusters of a site.
 *
 * @throws USAGE, RESTORE_HELD where Cluster API stays paused, RESTORE_*, BACKUP_*, KUBERNETES_*, VSPHERE_*
 */
export async function restoreClusterObjects(
  file: string,
  options: RestoreClusterOptions,
  context: CliContext,
): Promise<void> {
  const dryRun = !askedToApply(options);
  await using given = await givenFiles(file, options, context);
  const { contents, objects } = await backupObjects(given);
  if (options.managementKubeconfig === undefined && objects.some(({ cluster }) => cluster === 'management')) {
    const reason = 'the backup has objects of a management cluster of its own: give --management-kubeconfig';
    throw new SealiftError('USAGE', { values: { reason } });
  }
  const { kubeconfig, managementKubeconfig } = options;
  const site = {
    enterprise: { kubeconfig },
    management: managementKubeconfig === undefined ? undefined : { kubeconfig: managementKubeconfig },
    vcenter: await readConnection(options, context),
  };
  const backup = { id: contents.header.id, objects };
  const restored = await restoreCluster(site, backup, { dryRun, cancel: context.cancel });
  if (options.json === true) context.out(JSON.stringify({ ...restored, applied: !dryRun }));
  else for (const line of linesOf(restored, dryRun)) context.out(plainLine(line));
  const held = restored.clusters.filter(({ released }) => !released).flatMap(reasonsOf);
  if (!dryRun && held.length > 0) {
    throw new SealiftError('RESTORE_HELD', { values: { reason: held.slice(0, shown).join('; ') } });
  }
}

function linesOf({ made, kept, differing, lostOwners, clusters }: RestoredCluster, dryRun: boolean): string[] {
  return [
    dryRun ? `${made.length} objects would be made; nothing was changed:` : `${made.length} objects are made:`,
    ...some(made),
    `${kept} are there and stay as they are.`,
    ...(differing.length === 0 ? [] : ['Of these, other than in the backup:', ...some(differing)]),
    ...(lostOwners.length === 0 ? [] : ['Owners that are not there, taken off:', ...some(lostOwners)]),
    ...clusters.map((cluster) => {
      if (cluster.released) return `${cluster.cluster} goes on: no virtual machine would be made or deleted.`;
      const reasons = reasonsOf(cluster);
      return reasons.length === 0
        ? `${cluster.cluster} would be let go.`
        : `${cluster.cluster} stays paused: ${reasons.join('; ')}`;
    }),
  ];
}

function reasonsOf({ creates, deletes, unknown }: RestoredCluster['clusters'][number]): string[] {
  return [...creates, ...deletes, ...unknown];
}

function some(names: readonly string[]): string[] {
  const more = names.length > shown ? [`  and ${names.length - shown} more`] : [];
  return [...names.slice(0, shown).map((name) => `  ${name}`), ...more];
}
