import { z } from 'zod';
import type { KubeObject } from '../../objects/object.ts';
import { conditionOf, conditionsSchema, heard } from '../conditions.ts';
import { latestEvent } from '../explain/event.ts';
import { judge, readAll } from '../read-part.ts';
import type { Related } from '../related.ts';
import { blocked, failed, progressing, type Readiness, ready } from '../result.ts';

const fields = z.object({
  metadata: z.object({ annotations: z.record(z.string(), z.string()).nullish() }),
  spec: z.object({ storageClassName: z.string().nullish(), volumeName: z.string().nullish() }),
  status: z.object({ phase: z.string().nullish(), conditions: conditionsSchema }).nullish(),
});
const storageClass = z.object({
  metadata: z.object({ name: z.string(), annotations: z.record(z.string(), z.string()).nullish() }),
  volumeBindingMode: z.string().nullish(),
  provisioner: z.string().nullish(),
});

/** Set by the scheduler when a pod that uses the claim got its node. */
const selectedNode = 'volume.kubernetes.io/selected-node';
const changes = ['Resizing', 'FileSystemResizePending', 'ModifyingVolume'];
const changeFailures = ['ControllerResizeError', 'NodeResizeError', 'ModifyVolumeError'];

/**
 * A claim is ready when it is bound and no change of its volume is on its way. One whose class binds with the first consumer is as ready as it gets without a
 * pod: who waits for it to bind before making the pod waits for ever.
 */
export function claim(object: KubeObject, related: Related): Readiness {
  return judge(object, fields, ({ metadata, spec, status }) => {
    const conditions = status?.conditions;
    if (status?.phase === 'Lost') {
      return failed(object, 'has lost its volume', {
        remedy: `Find the PersistentVolume ${spec.volumeName ?? ''} or restore its data; a claim can't be bound to another one.`,
      });
    }
    if (status?.phase === 'Bound') {
      const error = changeFailures.map((type) => conditionOf(conditions, type)).find((one) => one?.status === 'True');
      if (error !== undefined) {
        const remedy = 'Correct what the message names, or ask for the size and class that it had.';
        return blocked(object, `can't be changed: ${error.type}`, remedy, heard(error, object));
      }
      const change = changes.map((type) => conditionOf(conditions, type)).find((one) => one?.status === 'True');
      return change === undefined
        ? ready
        : progressing(object, `is being changed: ${change.type}`, heard(change, object));
    }
    const name = spec.storageClassName ?? '';
    const classes = readAll(related.storageClasses, storageClass);
    const own = classes.find((one) => one.metadata.name === name);
    const isAsked = Object.hasOwn(metadata.annotations ?? {}, selectedNode);
    const isPreset = (spec.volumeName ?? '') !== '';
    if (own?.volumeBindingMode === 'WaitForFirstConsumer' && !isAsked && !isPreset) return ready;
    const event = latestEvent(related.events, object, ['ProvisioningFailed', 'FailedBinding']);
    const known = event === undefined ? {} : { since: event.since ?? null, reference: event.message };
    if (name !== '' && related.storageClasses !== undefined && own === undefined && !isPreset) {
      return blocked(
        object,
        `asks for the storage class ${name}, which does not exist`,
        'Make that storage class; that of a claim can be changed only by making the claim anew.',
        known,
      );
    }
    if (event?.reason === 'ProvisioningFailed') {
      const by = own?.provisioner ?? 'its provisioner';
      return blocked(
        object,
        `gets no volume of the storage class ${name} from ${by}`,
        'Mend what the message names; the provisioner tries again by itself.',
        known,
      );
    }
    if (event?.reason === 'FailedBinding' && name === '') {
      return blocked(
        object,
        'finds no volume, and names no storage class that would make one',
        'Make a PersistentVolume that fits, or make the claim anew with a storage class.',
        known,
      );
    }
    const from = name === '' ? '' : ` of the storage class ${name}`;
    return progressing(object, `waits for a volume${from}`, known);
  });
}

/** A PersistentVolume: whoever it belongs to, it is there, unless giving it back failed. */
export function volume(object: KubeObject): Readiness {
  const schema = z.object({
    status: z.object({ phase: z.string().nullish(), message: z.string().nullish() }).nullish(),
  });
  return judge(object, schema, ({ status }) => {
    const phase = status?.phase ?? 'Pending';
    if (phase === 'Failed')
      return failed(object, 'could not be reclaimed', { remedy: 'Look at its events and its storage driver.' });
    return phase === 'Pending' ? progressing(object, 'is not available yet') : ready;
  });
}
