import { SealiftError } from '@sealift/core/errors';
import { pause } from '@sealift/io/pause';
import { type SoapService, vimService } from '../client/call.ts';
import type { VcenterClient } from '../client/client.ts';
import { localizedFault } from '../client/fault.ts';
import { maybe, only } from '../client/result.ts';
import { decodeObject, objectContent, propertySpec } from '../property/properties.ts';
import { managedObject, many, optional, raw, record, required, text } from '../xml/decode.ts';
import { child, type XmlElement } from '@sealift/io/xml/element';
import { copyOf, element, reference, type XmlNode } from '../xml/encode.ts';
import type { Reference } from '../xml/reference.ts';
import { type CnsEntity, type CnsVolume, volumeManager } from './volumes.ts';

const taskTimeoutMs = 5 * 60_000;

/**
 * Registers a volume under another cluster-id and takes it away from previous ones, with all that it belongs to there
 * (`CnsUpdateVolumeMetadata`, one volume for each call as the API wants it). Other cluster-ids of the volume stay.
 *
 * @throws CNS_VOLUME_REFUSED, VSPHERE_…, CANCELLED
 */
export async function moveVolume(
  client: VcenterClient,
  service: SoapService,
  move: { readonly volume: CnsVolume; readonly to: string; readonly from: ReadonlySet<string> },
  cancel?: AbortSignal,
): Promise<void> {
  const { volume } = move;
  const task = await client.call({
    method: 'CnsUpdateVolumeMetadata',
    on: volumeManager,
    args: [element('updateSpecs', [element('volumeId', [element('id', volume.id)]), metadataOf(move)])],
    result: only(managedObject),
    idempotent: true,
    service,
    cancel,
  });
  const result = await waitForResult(client, service, task, cancel);
  for (const { volumeId, fault } of result === undefined ? [] : batchResult(result).volumeResults) {
    if (fault === undefined) continue;
    const cause = localizedFault(fault, volume.id);
    const values = { volume: volumeId?.id ?? volume.id, reason: cause.message };
    throw new SealiftError('CNS_VOLUME_REFUSED', { values, cause });
  }
}

/** `CnsVolumeMetadata`: the order of its elements is that of the schema. */
function metadataOf(move: Parameters<typeof moveVolume>[2]): XmlNode {
  const { volume, to, from } = move;
  const former = volume.clusters.filter((cluster) => from.has(idOf(cluster)));
  const model = former[0] ?? volume.clusters.find((cluster) => idOf(cluster) === to);
  if (model === undefined) throw new TypeError(`volume ${volume.id} has none of the cluster-ids it is moved from`);
  const next = withId(model, to);
  const entities = volume.entities.filter(({ clusterId }) => clusterId === undefined || from.has(clusterId));
  return element('metadata', [
    { ...next, name: 'containerCluster' },
    ...uniqueByType(entities).map((entity) => entityNode(entity, to, from, false)),
    ...entities
      .filter(({ clusterId }) => clusterId !== undefined)
      .map((entity) => entityNode(entity, entity.clusterId ?? to, new Set(), true)),
    { ...next, name: 'containerClusterArray' },
    ...former.map((cluster) => ({ ...asDeleted(copyOf(cluster)), name: 'containerClusterArray' })),
  ]);
}

/** Of a type, CNS takes one entity for each cluster of a block volume; two former cluster-ids may both have had it. */
function uniqueByType(entities: readonly CnsEntity[]): readonly CnsEntity[] {
  const byName = new Map(entities.map((entity) => [`${entity.type}\n${entity.namespace}\n${entity.name}`, entity]));
  return [...byName.values()];
}

/** `CnsKubernetesEntityMetadata`: entityName, labels, delete, clusterId, entityType, namespace, referredEntity. */
function entityNode(entity: CnsEntity, clusterId: string, from: ReadonlySet<string>, isDeleted: boolean): XmlNode {
  const { source } = entity;
  const all = (name: string): readonly XmlNode[] =>
    source.children.filter((one) => one.name === name).map((one) => copyOf(one));
  const referred = source.children.filter(({ name }) => name === 'referredEntity');
  return element(
    'entityMetadata',
    [
      ...all('entityName'),
      ...all('labels'),
      element('delete', isDeleted),
      element('clusterId', clusterId),
      ...all('entityType'),
      ...all('namespace').filter(({ content }) => content !== ''),
      ...referred.map((one) => (from.has(idOf(one)) ? withId(one, clusterId) : copyOf(one))),
    ],
    'CnsKubernetesEntityMetadata',
  );
}

function idOf(holder: XmlElement): string {
  return child(holder, 'clusterId')?.text ?? '';
}

function withId(holder: XmlElement, clusterId: string): XmlNode {
  const copy = copyOf(holder);
  const inside = typeof copy.content === 'string' ? [] : copy.content;
  const kept = inside.filter(({ name, content }) => name !== 'delete' && content !== '');
  return { ...copy, content: kept.map((one) => (one.name === 'clusterId' ? element('clusterId', clusterId) : one)) };
}

/** `delete` is the last element of `CnsContainerCluster`. */
function asDeleted(cluster: XmlNode): XmlNode {
  const inside = typeof cluster.content === 'string' ? [] : cluster.content;
  const kept = inside.filter(({ name, content }) => name !== 'delete' && content !== '');
  return { ...cluster, content: [...kept, element('delete', true)] };
}

const batchResult = record({
  volumeResults: many(record({ volumeId: optional(record({ id: required(text) })), fault: optional(raw) })),
});
const taskFields = { 'info.state': required(text), 'info.error': optional(raw), 'info.result': optional(raw) };
const retrieved = record({ objects: many(objectContent) });

/**
 * Waits for a task of CNS. Its result is of a type of the vSAN API, so it is read with that API's namespace and version and not with
 * those of `/sdk` (vSAN Management API, CnsVolumeManager).
 */
async function waitForResult(
  client: VcenterClient,
  service: SoapService,
  task: Reference,
  cancel: AbortSignal | undefined,
): Promise<XmlElement | undefined> {
  const place = `${client.url.origin} ${task.value}`;
  const deadline = Date.now() + taskTimeoutMs;
  for (let pauseMs = 20; ; pauseMs = Math.min(pauseMs * 2, 1000)) {
    const answer = await client.call({
      method: 'RetrievePropertiesEx',
      on: client.content.propertyCollector,
      args: [
        element('specSet', [
          propertySpec('Task', Object.keys(taskFields)),
          element('objectSet', [reference('obj', task), element('skip', false)]),
        ]),
        element('options', []),
      ],
      result: maybe(retrieved),
      repeatable: true,
      service: { ...service, path: vimService.path },
      cancel,
    });
    const [content] = answer?.objects ?? [];
    if (content === undefined)
      throw new SealiftError('VSPHERE_OBJECT_GONE', { values: { object: `Task:${task.value}` } });
    const info = decodeObject(content, taskFields, place);
    const error = info['info.error'];
    if (info['info.state'] === 'success') return info['info.result'];
    if (info['info.state'] === 'error') {
      throw error === undefined
        ? new SealiftError('VSPHERE_FAULT', { values: { fault: 'task', reason: 'it failed without saying why' } })
        : localizedFault(error, place);
    }
    if (Date.now() > deadline) {
      throw new SealiftError('VSPHERE_TIMEOUT', {
        values: { what: `the task ${task.value}`, seconds: taskTimeoutMs / 1000 },
      });
    }
    await pause(pauseMs, cancel);
  }
}
