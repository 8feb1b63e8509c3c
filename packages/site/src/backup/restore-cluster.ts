import type { BackupCluster } from '@sealift/core/backup';
import type { KubeconfigChoice } from '@sealift/kubernetes/access';
import { type KubeObject, nameOf, referenceOf } from '@sealift/kubernetes/object';
import { ClusterAccess } from '../cluster/cluster-access.ts';
import type { VcenterLogin } from '../settings.ts';
import { VcenterSession } from '../vcenter/session.ts';
import { letClustersGo, type ReleasedCluster } from './let-go.ts';
import { restoreObjects } from './restore-objects.ts';
import { planRestore } from './restore-plan.ts';

/** The clusters that objects are restored into, and the vCenter that they are compared with. */
export interface RestoredSite {
  readonly enterprise: KubeconfigChoice;
  /** The cluster whose Cluster API makes the machines, where that is another one. */
  readonly management: KubeconfigChoice | undefined;
  readonly vcenter: VcenterLogin;
}

/** The objects of a backup. */
export interface BackedUpObjects {
  readonly id: string;
  readonly objects: readonly { readonly cluster: BackupCluster; readonly object: KubeObject }[];
}

/** What a restore of objects did, or would do. */
export interface RestoredCluster {
  /** Made, or what would be. */
  readonly made: readonly string[];
  readonly kept: number;
  /** There, and other than in the backup; left as they are. */
  readonly differing: readonly string[];
  readonly lostOwners: readonly string[];
  /** Clusters that a restore has paused, compared with vCenter; those of which nothing would be made or deleted go on. */
  readonly clusters: readonly ReleasedCluster[];
}

/**
 * Makes the objects of a backup that a site has lost, while Cluster API is paused, and lets it go where it would leave every virtual machine as it
 * is. May be cut off anywhere and run again: the end is the same.
 *
 * @throws RESTORE_…, KUBERNETES_…, VSPHERE_…, CANCELLED
 */
export async function restoreCluster(
  site: RestoredSite,
  { id, objects: all }: BackedUpObjects,
  { dryRun, cancel }: { readonly dryRun: boolean; readonly cancel: AbortSignal },
): Promise<RestoredCluster> {
  const enterprise = new ClusterAccess(site.enterprise);
  const management = site.management === undefined ? enterprise : new ClusterAccess(site.management);
  const vcenter = new VcenterSession(site.vcenter);
  const result = { made: [] as string[], kept: 0, differing: [] as string[], lostOwners: [] as string[] };
  try {
    for (const [cluster, access] of [
      ['management', management],
      ['enterprise', enterprise],
    ] as const) {
      const backedUp = all.filter((one) => one.cluster === cluster).map(({ object }) => object);
      if (backedUp.length === 0) continue;
      const objects = await access.objects();
      const plan = await planRestore(objects, backedUp, id, cancel);
      const named = (...actions: string[]): string[] =>
        plan.objects.filter(({ action }) => actions.includes(action)).map(({ object }) => nameOf(referenceOf(object)));
      result.differing.push(...named('differs'));
      const done = dryRun
        ? { made: named('make', 'finish'), kept: named('same', 'differs').length, lostOwners: [] }
        : await restoreObjects(objects, plan, id, cancel);
      result.made.push(...done.made);
      result.kept += done.kept;
      result.lostOwners.push(...done.lostOwners);
    }
    const clusters = await letClustersGo(await management.objects(), await vcenter.client(), { dryRun, cancel });
    return { ...result, clusters };
  } finally {
    await Promise.allSettled([enterprise.close(), management.close(), vcenter.close()]);
  }
}
