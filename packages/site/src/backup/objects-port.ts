import type { BackupRecordOf } from '@sealift/core/backup';
import { SealiftError } from '@sealift/core/errors';
import { identityOf } from '@sealift/kubernetes/manifest';
import type { KubeObject } from '@sealift/kubernetes/object';
import type { Objects } from '@sealift/kubernetes/objects';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import type { ObjectRecord, ObjectsPort } from '@sealift/upgrade/ports/objects';
import type { VCenterPort } from '@sealift/upgrade/ports/vcenter';
import { clusterApiObjects } from './cluster-api-objects.ts';
import { definitionsOf } from './definitions-of.ts';
import { etcdOmitted } from './etcd-omitted.ts';
import { layerObjects } from './layer-objects.ts';
import { ownersFirst } from './owners-first.ts';
import { templateNames } from './template-names.ts';

/** What is backed up of a site; opened when it is first needed. */
export interface BackedUpSite {
  readonly enterprise: () => Promise<Objects>;
  /** The cluster whose Cluster API makes the machines, where that is another one. */
  readonly management: (() => Promise<Objects>) | undefined;
  readonly template: VCenterPort['findTemplate'];
}

/** A site with more of them than this has something else in the namespaces of its layers. */
const mostObjects = 20_000;

/** What no backup holds of a site, and why. */
const omitted = [
  ['workloads and what they make', 'a layer makes them anew from its pack and its values, which are in the database'],
  ['content of volumes', 'it is as large as the disks: take snapshots of them beside this backup'],
  ['nodes, events, leases and tokens of service accounts', 'the cluster makes them anew'],
  ['field managers of objects', 'the one who restores an object is its manager'],
  ['content of the pack and image registry', 'the bundles hold it: run them again'],
] as const;

/** The objects of a site behind the port of backups. */
export function objectsPort(site: BackedUpSite): ObjectsPort {
  return {
    async all(cancel) {
      const enterprise = await site.enterprise();
      const management = await site.management?.();
      const layers = await layerObjects(enterprise, cancel);
      const machines = await clusterApiObjects(management ?? enterprise, cancel);
      const found: ObjectRecord[] =
        management === undefined
          ? recordsOf('enterprise', [...machines, ...layers])
          : [...recordsOf('management', machines), ...recordsOf('enterprise', layers)];
      if (found.length > mostObjects) {
        const values = { count: found.length, limit: mostObjects };
        throw new SealiftError('BACKUP_TOO_LARGE', { values });
      }
      const definitions = (await definitionsOf(management ?? enterprise, machines, cancel)).map(
        (object): ObjectRecord => ({
          record: 'definition',
          cluster: management === undefined ? 'enterprise' : 'management',
          object,
        }),
      );
      const templates = await templateRecords(machines, site.template, cancel);
      const etcd = [await etcdOmitted('enterprise', enterprise, cancel)];
      if (management !== undefined) etcd.push(await etcdOmitted('management', management, cancel));
      return [
        ...found,
        ...definitions,
        ...templates,
        ...etcd,
        ...omitted.map(([what, why]) => ({ record: 'omitted', what, why }) as const),
      ];
    },
  };
}

function recordsOf(cluster: 'enterprise' | 'management', objects: readonly KubeObject[]): ObjectRecord[] {
  const once = new Map(objects.map((object) => [identityOf(object), object]));
  return ownersFirst([...once.values()]).map((object) => ({
    record: 'object',
    cluster,
    object: withoutManagers(object),
  }));
}

/** They say who set which field when, are longer than the object, and hold no more once another one made it. */
function withoutManagers({ metadata, ...object }: KubeObject): BackupRecordOf<'object'>['object'] {
  const { managedFields: _, ...kept } = metadata;
  return { ...object, metadata: { ...kept } };
}

async function templateRecords(
  machines: readonly KubeObject[],
  find: BackedUpSite['template'],
  cancel: Cancel,
): Promise<ObjectRecord[]> {
  const records: ObjectRecord[] = [];
  for (const name of templateNames(machines)) {
    // Objects name it by its inventory path or its last part.
    const template = await find(name.split('/').at(-1) ?? name, cancel);
    records.push({ record: 'template', name, found: template !== null, identity: template?.sha256 ?? null });
  }
  return records;
}
