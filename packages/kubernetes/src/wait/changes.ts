import type { KubernetesClient } from '../connection/client.ts';
import type { KubeObject } from '../objects/object.ts';
import { watch, type WatchOptions, type WatchTarget } from './watch.ts';

/**
 * The states of the one object of a name, from its present one on; undefined while there is none.
 *
 * @throws as `watch`
 */
export async function* changes(
  client: KubernetesClient,
  target: WatchTarget & { readonly name: string },
  options: WatchOptions = {},
): AsyncGenerator<KubeObject | undefined, never, undefined> {
  let current: KubeObject | undefined;
  for await (const event of watch(client, target, options)) {
    if (event.type === 'changed') yield (current = event.object);
    else if (event.type === 'synced') {
      if (current === undefined) yield undefined;
      // The end of an object whose name was given again says nothing about the new one.
    } else if (event.uid === current?.metadata.uid) yield (current = undefined);
  }
  throw new Error('a watch ended by itself');
}
