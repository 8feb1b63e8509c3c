import { describe, expect, it } from 'vitest';
import type { KubernetesClient } from './connection/client.ts';
import { readWorkload } from './workloads.ts';

const at = { namespace: 'kube-system', name: 'controller' } as const;

function settled(kind: 'Deployment' | 'DaemonSet', spec: object, status: object | undefined, generation = 2) {
  const stored = {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: at.name, namespace: at.namespace, generation },
    spec: { template: {}, ...spec },
    status,
  };
  const client = { read: async () => stored } as unknown as KubernetesClient;
  return readWorkload(client, { ...at, kind }).then((found) => found?.settled);
}

describe('a Deployment has settled', () => {
  const done = { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };

  it('when its controller has seen it, and every pod is a new one and available', async () => {
    expect(await settled('Deployment', { replicas: 2 }, done)).toBe(true);
    expect(await settled('Deployment', {}, { ...done, replicas: 1, updatedReplicas: 1, availableReplicas: 1 })).toBe(
      true,
    );
    expect(await settled('Deployment', { replicas: 0 }, { observedGeneration: 2 })).toBe(true);
  });

  it.each([
    ['not seen yet', { ...done, observedGeneration: 1 }],
    ['with an old pod that still goes', { ...done, replicas: 3 }],
    ['with a pod that is not new', { ...done, updatedReplicas: 1 }],
    ['with a pod that is not available', { ...done, availableReplicas: 1 }],
    ['of which nothing is known', undefined],
  ])('but not one %s', async (_, status) => {
    expect(await settled('Deployment', { replicas: 2 }, status)).toBe(false);
  });
});

describe('a DaemonSet has settled', () => {
  const done = { observedGeneration: 2, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3 };

  it('when the pods of all its nodes are new and available', async () => {
    expect(await settled('DaemonSet', {}, done)).toBe(true);
    for (const change of [{ updatedNumberScheduled: 2 }, { numberAvailable: 2 }, { observedGeneration: 1 }]) {
      expect(await settled('DaemonSet', {}, { ...done, ...change })).toBe(false);
    }
  });
});
