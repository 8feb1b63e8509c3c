import type { KubeObject, ObjectMeta } from '../../objects/object.ts';

/** An object as an API server gives it. */
export function objectOf(
  apiVersion: string,
  kind: string,
  fields: Readonly<Record<string, unknown>> = {},
  metadata: Partial<ObjectMeta> = {},
): KubeObject {
  const meta = {
    name: 'web',
    namespace: 'shop',
    uid: `uid-${kind}`,
    generation: 2,
    creationTimestamp: made,
    ...metadata,
  };
  return { apiVersion, kind, metadata: meta, ...fields };
}

export const made = '2026-11-01T10:00:00Z';

/** A pod of the owner given, that runs and is ready unless its status says otherwise. */
export function podOf(
  status: Readonly<Record<string, unknown>>,
  more: {
    readonly spec?: object;
    readonly owner?: string;
    readonly name?: string;
    readonly metadata?: Partial<ObjectMeta>;
  } = {},
): KubeObject {
  const {
    spec = { containers: [{ name: 'app', image: 'registry.site:5000/shop/web:2' }] },
    owner,
    name = 'web-0',
    metadata,
  } = more;
  const ownerReferences =
    owner === undefined ? [] : [{ apiVersion: 'apps/v1', kind: 'X', name: 'x', uid: owner, controller: true }];
  return objectOf(
    'v1',
    'Pod',
    { spec, status: { phase: 'Running', ...status } },
    { name, uid: `uid-${name}`, ownerReferences, ...metadata },
  );
}

export function condition(type: string, status: string, more: Readonly<Record<string, unknown>> = {}): object {
  return { type, status, lastTransitionTime: '2026-11-01T11:00:00Z', ...more };
}

/** A warning about an object. */
export function eventOf(
  about: KubeObject,
  reason: string,
  message: string,
  more: Readonly<Record<string, unknown>> = {},
): KubeObject {
  const { uid, name, namespace } = about.metadata;
  return objectOf(
    'v1',
    'Event',
    {
      involvedObject: { kind: about.kind, name, namespace, uid },
      type: 'Warning',
      reason,
      message,
      firstTimestamp: '2026-11-01T12:00:00Z',
      lastTimestamp: '2026-11-01T12:05:00Z',
      ...more,
    },
    { name: `${name}.1`, uid: `event-${reason}` },
  );
}
