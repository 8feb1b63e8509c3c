import type { BackupRecord } from '@sealift/core/backup';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import type { ClusterPort } from '@sealift/upgrade/ports/cluster';
import type { ObjectsPort } from '@sealift/upgrade/ports/objects';

/** What of the platform goes into a backup. */
export interface BackedUpPlatform {
  records(cancel: Cancel): AsyncIterable<Exclude<BackupRecord, { record: 'end' }>>;
}

/** The cluster as it is asked for a backup. */
export interface AskedCluster {
  readonly cluster: ClusterPort;
  readonly objects: ObjectsPort;
  facts(): Promise<{ readonly connected: boolean }>;
}

/** Asks the cluster what it runs and for its objects. Where none is connected the backup says so; one that does not answer makes no backup. */
export function platformRecords(asked: AskedCluster): BackedUpPlatform {
  return {
    async *records(cancel) {
      const { connected } = await asked.facts();
      if (!connected) {
        yield { record: 'omitted', what: 'the cluster', why: 'the console is connected to none' };
        return;
      }
      const { cluster } = asked;
      const observed = {
        nodes: await cluster.nodes(cancel),
        layers: await cluster.layers(cancel),
        controlPlane: await cluster.rollout('control-plane', cancel),
        workers: await cluster.rollout('workers', cancel),
      };
      // Dates become text, as JSON knows none.
      yield { record: 'observed', cluster: JSON.parse(JSON.stringify(observed)) };
      yield* await asked.objects.all(cancel);
    },
  };
}
