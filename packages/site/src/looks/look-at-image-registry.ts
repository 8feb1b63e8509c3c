import { isSealiftError } from '@sealift/core/errors';
import type { SiteCheck } from '@sealift/core/site';
import type { Objects } from '@sealift/kubernetes/objects';
import { registryOfNodes, saysNothingOfNodes } from '../cluster/images/registry-of-nodes.ts';
import type { ImageRegistry } from '../settings.ts';
import { runLook } from './run-look.ts';

/** Whether the registry that nodes pull from is one, and takes the login that their pods are given. */
export async function lookAtImageRegistry(
  imageRegistry: ImageRegistry,
  objects: () => Promise<Objects>,
  timeoutMs: number,
): Promise<SiteCheck> {
  const { registry, pullSecret } = imageRegistry;
  const look = {
    name: 'image-registry',
    title: 'The image registry answers and accepts the login',
    field: 'imageRegistry',
  } as const;
  const { check } = await runLook(look, timeoutMs, async (cancel) => {
    const client = await registryOfNodes(imageRegistry, objects, cancel);
    try {
      await client.ping();
    } catch (error) {
      if (!isSealiftError(error) || !saysNothingOfNodes(error) || cancel.aborted) throw error;
      const remedy = `See that the nodes reach ${registry} and trust its certificate; from the console it could not be asked.`;
      return { detail: error.message, result: undefined, warning: { remedy } };
    } finally {
      client.close();
    }
    const login = pullSecret === undefined ? 'without a login' : `as ${pullSecret.namespace}/${pullSecret.name} says`;
    return { detail: `${registry}, ${login}`, result: undefined };
  });
  return check;
}
