import type { KubernetesClient } from '../../connection/client.ts';
import type { KubeObject } from '../../objects/object.ts';
import { readiness } from '../readiness.ts';
import type { Readiness } from '../result.ts';
import { readRelated, type ReadOptions } from './read-related.ts';

/**
 * Whether an object does what it was made for, and else why not, down to the pod, image, claim or refusal that stands in the way. Of an object that is ready
 * nothing further is read.
 *
 * @throws KUBERNETES_UNREACHABLE, KUBERNETES_UNAVAILABLE, KUBERNETES_ANSWER_INVALID, CANCELLED
 */
export async function explain(
  client: KubernetesClient,
  object: KubeObject,
  options: ReadOptions = {},
): Promise<Readiness> {
  const first = readiness(object);
  return first.state === 'ready' ? first : readiness(object, await readRelated(client, object, options));
}
