import type { KubernetesClient } from '../connection/client.ts';
import type { KubeObject } from '../objects/object.ts';
import { changes } from './changes.ts';
import { spokenOf, type WatchTarget } from './target.ts';
import { watch } from './watch.ts';
import { type Deadline, within } from './within.ts';

/** How long something is waited for; `what` goes on with "was not done within". */
export interface UntilOptions extends Deadline {
  readonly what?: string | undefined;
}

/**
 * Waits until an object of the target is as wanted.
 *
 * @returns the object that satisfied the predicate
 * @throws KUBERNETES_TIMEOUT, CANCELLED, what the predicate throws, and as `watch`
 * @example
 * const at = { path: objectPath('/api/v1', 'pods', { namespace: 'shop' }), name: 'web-0' };
 * await watchUntil(client, at, (pod) => readiness(pod).state === 'ready', { deadlineMs: 60_000 });
 */
export function watchUntil(
  client: KubernetesClient,
  target: WatchTarget,
  predicate: (object: KubeObject) => boolean,
  { what = `the change of ${spokenOf(target)} that was waited for`, ...deadline }: UntilOptions,
): Promise<KubeObject> {
  return within(what, deadline, async (cancel, onOutage) => {
    // Its deadline is the only end: a control plane may be away for longer than a watch by itself would bear.
    for await (const event of watch(client, target, { cancel, onOutage, outageMs: Number.POSITIVE_INFINITY })) {
      if (event.type === 'changed' && predicate(event.object)) return event.object;
    }
    throw new Error('a watch ended by itself');
  });
}

/** Waits until no object of a name is there. @throws KUBERNETES_TIMEOUT, CANCELLED, and as `watch` */
export function watchUntilGone(
  client: KubernetesClient,
  target: WatchTarget & { readonly name: string },
  { what = `the deletion of ${spokenOf(target)}`, ...deadline }: UntilOptions,
): Promise<void> {
  return within(what, deadline, async (cancel, onOutage) => {
    for await (const object of changes(client, target, { cancel, onOutage, outageMs: Number.POSITIVE_INFINITY })) {
      if (object === undefined) return;
    }
  });
}
