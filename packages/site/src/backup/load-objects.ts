import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackupCluster, BackupRecordOf } from '@sealift/core/backup';
import { isSealiftError, SealiftError } from '@sealift/core/errors';
import { waitUntilEstablished } from '@sealift/kubernetes/established';
import { groupVersionOf, type KubeObject, nameOf, referenceOf } from '@sealift/kubernetes/object';
import { Objects } from '@sealift/kubernetes/objects';
import { z } from 'zod';
import { startServer } from '../shadow/api-server.ts';
import { differences } from '../shadow/compare.ts';
import { programFailed } from '../shadow/programs.ts';
import { startMember } from '../shadow/store.ts';
import { inWorkFolder } from '../shadow/work-folder.ts';
import { definitionKind } from './definitions-of.ts';
import { inRestoreOrder } from './restore-plan.ts';

/** What objects are loaded into. */
export interface LoadPrograms {
  readonly etcd: string;
  readonly kubeApiserver: string;
}

/** What a backup has for its clusters. */
export type LoadedRecord = BackupRecordOf<'object' | 'definition'>;

const programHint =
  'Give executables for this machine: etcd, and kube-apiserver of the version of the cluster. Of the backup it says nothing.';
const readyMs = 120_000;
const mostNamed = 5;

/**
 * Loads the objects of a backup into API servers that are thrown away, one for each cluster, each with the kinds defined as they were there, and
 * compares what those give back with what was backed up. No controller runs there, and nothing of a cluster is touched.
 *
 * @param folder for the throw-away servers; the system's folder for temporary files without it
 * @returns how many there were, all of them alike
 * @throws BACKUP_NOT_PROVEN, REHEARSAL_PROGRAM_FAILED, REHEARSAL_FOLDER_UNFIT, CANCELLED
 */
export async function loadObjects(
  { reference, records }: { readonly reference: string; readonly records: readonly LoadedRecord[] },
  programs: LoadPrograms,
  { folder, cancel }: { readonly folder?: string | undefined; readonly cancel: AbortSignal },
): Promise<number> {
  let loaded = 0;
  for (const cluster of new Set(records.map((record) => record.cluster))) {
    const of = (kind: LoadedRecord['record']) => objectsOf(records, cluster, kind);
    const wrong = await inServer(programs, folder, cancel, async (objects) => {
      await define(objects, of('definition'), of('object'), cancel);
      return await loadAll(objects, of('object'), cancel);
    }).catch((error: unknown) => {
      throw isSealiftError(error, 'REHEARSAL_PROGRAM_FAILED') ? error.withHint(programHint) : error;
    });
    if (wrong.length > 0) {
      const more = wrong.length > mostNamed ? [`and ${wrong.length - mostNamed} more`] : [];
      const reason = `loaded into an API server: ${[...wrong.slice(0, mostNamed), ...more].join('; ')}`;
      throw new SealiftError('BACKUP_NOT_PROVEN', { values: { reference, reason } });
    }
    loaded += of('object').length;
  }
  return loaded;
}

function objectsOf(
  records: readonly LoadedRecord[],
  cluster: BackupCluster,
  kind: LoadedRecord['record'],
): KubeObject[] {
  return records.flatMap((one) => (one.cluster === cluster && one.record === kind ? [one.object as KubeObject] : []));
}

async function inServer<Result>(
  { etcd, kubeApiserver }: LoadPrograms,
  parent: string | undefined,
  cancel: AbortSignal,
  work: (objects: Objects) => Promise<Result>,
): Promise<Result> {
  return await inWorkFolder(parent, async (folder) => {
    const [own, its] = [join(folder, 's'), join(folder, 'k')];
    for (const made of [own, its]) await mkdir(made, { mode: 0o700 });
    const store = await startMember(etcd, own, cancel);
    try {
      const server = await startServer({
        program: kubeApiserver,
        flags: new Map(),
        serviceSubnet: undefined,
        store: store.address,
        folder: its,
        readyMs,
        cancel,
      });
      if ('kind' in server) throw programFailed(kubeApiserver, server.text);
      try {
        return await work(new Objects(server.client));
      } finally {
        await server.stop();
      }
    } finally {
      await store.stop();
    }
  });
}

const definitionSpec = z.looseObject({
  group: z.string(),
  names: z.looseObject({ kind: z.string() }),
  versions: z.array(z.looseObject({ name: z.string() })),
});
/** Defines kinds as they were, but that the version that was backed up is the stored one: who would convert is not there. */
async function define(
  objects: Objects,
  definitions: readonly KubeObject[],
  backedUp: readonly KubeObject[],
  cancel: AbortSignal,
): Promise<void> {
  const versions = new Map(
    backedUp.map(({ apiVersion, kind }) => {
      const { group, version } = groupVersionOf(apiVersion);
      return [`${kind} ${group}`, version] as const;
    }),
  );
  for (const { metadata, ...one } of definitions) {
    const { conversion: _, preserveUnknownFields: _p, ...spec } = definitionSpec.parse(one['spec']);
    const stored = versions.get(`${spec.names.kind} ${spec.group}`);
    const known = spec.versions.map((version) => ({ ...version, served: true, storage: version.name === stored }));
    await objects.create(
      { ...definitionKind, metadata: { name: metadata.name }, spec: { ...spec, versions: known } },
      cancel,
    );
  }
  for (const { metadata } of definitions) {
    await waitUntilEstablished(objects, { ...definitionKind, metadata: { name: metadata.name } }, { cancel });
  }
}

/** @returns what is wrong, an object each */
async function loadAll(objects: Objects, backedUp: readonly KubeObject[], cancel: AbortSignal): Promise<string[]> {
  const wrong: string[] = [];
  for (const object of inRestoreOrder(backedUp)) {
    cancel.throwIfAborted();
    const name = nameOf(referenceOf(object));
    try {
      const live = await load(objects, object, cancel);
      const lost = differences(comparable(object), comparable(live)).map(({ path, value }) => `${path} (${value})`);
      if (lost.length > 0)
        wrong.push(`${name} came back without or with another ${lost.slice(0, mostNamed).join(', ')}`);
    } catch (error) {
      // What an API server refuses; a server that ended is no fault of the backup.
      if (!isSealiftError(error, 'KUBERNETES_REFUSED') && !isSealiftError(error, 'KUBERNETES_KIND_UNKNOWN'))
        throw error;
      wrong.push(`${name} is refused: ${error.message}`);
    }
  }
  return wrong;
}

/** What the API server gives back of it. */
async function load(objects: Objects, object: KubeObject, cancel: AbortSignal): Promise<KubeObject | undefined> {
  const reference = referenceOf(object);
  const { status, ...rest } = object;
  const wanted = { ...rest, metadata: ofItself(object) };
  // What an API server makes by itself is there already, and gets what was backed up.
  if (!(await objects.create(wanted, cancel))) return await objects.mergePatch(reference, wanted, cancel);
  if (hasStatus(object)) await objects.setStatus(reference, status, cancel);
  return await objects.get(reference, cancel);
}

function hasStatus({ apiVersion, status }: KubeObject): boolean {
  return typeof status === 'object' && status !== null && groupVersionOf(apiVersion).group !== '';
}

/** Metadata without what each API server gives an object anew. */
function ofItself({ metadata }: KubeObject): KubeObject['metadata'] {
  const { name, namespace, labels, annotations, finalizers, ownerReferences } = metadata;
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
    ...(finalizers === undefined ? {} : { finalizers }),
    ...(ownerReferences === undefined ? {} : { ownerReferences }),
  };
}

function comparable(object: KubeObject | undefined): unknown {
  if (object === undefined) return undefined;
  const { status, ...rest } = object;
  return { ...rest, metadata: ofItself(object), ...(hasStatus(object) ? { status } : {}) };
}
