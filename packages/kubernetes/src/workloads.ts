import { SealiftError } from '@sealift/core/errors';
import { pause } from '@sealift/io/pause';
import { z } from 'zod';
import { type KubernetesClient, objectPath } from './connection/client.ts';
import type { ObjectName } from './config-objects.ts';
import { decode } from './connection/decode.ts';

/** A controller of pods that rolls them out anew when their template changes. */
export interface WorkloadName extends ObjectName {
  readonly kind: 'Deployment' | 'DaemonSet';
}

export interface Workload {
  /** Of the pods' template. */
  readonly annotations: ReadonlyMap<string, string>;
  /** Every pod is of the present template, and as many as wanted are available. */
  readonly settled: boolean;
}

const count = z.number().int().optional();
const stored = z.object({
  metadata: z.object({ generation: z.number().int() }),
  spec: z.object({
    replicas: count,
    template: z.object({
      metadata: z.object({ annotations: z.record(z.string(), z.string()).nullish() }).nullish(),
    }),
  }),
  status: z
    .object({
      observedGeneration: count,
      replicas: count,
      updatedReplicas: count,
      availableReplicas: count,
      desiredNumberScheduled: count,
      updatedNumberScheduled: count,
      numberAvailable: count,
    })
    .optional(),
});

/** Reads a Deployment or DaemonSet; undefined where there is none. @throws KUBERNETES_… */
export async function readWorkload(
  client: KubernetesClient,
  at: WorkloadName,
  cancel?: AbortSignal,
): Promise<Workload | undefined> {
  const path = pathOf(at);
  const found = await client.read(path, cancel);
  if (found === undefined) return undefined;
  const { metadata, spec, status = {} } = decode(stored, found, path);
  const observed = status.observedGeneration === metadata.generation;
  const wanted = at.kind === 'Deployment' ? (spec.replicas ?? 1) : (status.desiredNumberScheduled ?? 0);
  const total = at.kind === 'Deployment' ? (status.replicas ?? 0) : wanted;
  const updated = (at.kind === 'Deployment' ? status.updatedReplicas : status.updatedNumberScheduled) ?? 0;
  const available = (at.kind === 'Deployment' ? status.availableReplicas : status.numberAvailable) ?? 0;
  return {
    annotations: new Map(Object.entries(spec.template.metadata?.annotations ?? {})),
    settled: observed && updated === wanted && total === wanted && available >= wanted,
  };
}

/** Rolls a workload's pods out anew by an annotation of their template; the same annotation again changes nothing. */
export async function annotatePods(
  client: KubernetesClient,
  at: WorkloadName,
  annotations: Readonly<Record<string, string>>,
  cancel?: AbortSignal,
): Promise<void> {
  await client.patch(pathOf(at), { spec: { template: { metadata: { annotations } } } }, cancel);
}

/** Waits until a workload has settled. @throws KUBERNETES_TIMEOUT, CANCELLED, KUBERNETES_… */
export async function waitForWorkload(
  client: KubernetesClient,
  at: WorkloadName,
  timeoutMs: number,
  cancel?: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 2, 2000)) {
    const found = await readWorkload(client, at, cancel);
    if (found === undefined || found.settled) return;
    if (Date.now() > deadline) {
      const values = { what: `the rollout of ${at.kind} ${at.namespace}/${at.name}`, seconds: timeoutMs / 1000 };
      throw new SealiftError('KUBERNETES_TIMEOUT', { values });
    }
    await pause(pauseMs, cancel);
  }
}

function pathOf({ kind, namespace, name }: WorkloadName): string {
  return objectPath('/apis/apps/v1', kind === 'Deployment' ? 'deployments' : 'daemonsets', { namespace, name });
}
