import { isSealiftError, type SealiftError } from '@sealift/core/errors';
import { z } from 'zod';
import type { ObjectName } from './config-objects.ts';
import { type KubernetesClient, objectPath } from './connection/client.ts';
import { decode } from './connection/decode.ts';
import { asObject, type KubeObject } from './objects/object.ts';
import { explain } from './status/explain/explain.ts';
import { readiness } from './status/readiness.ts';
import { changes } from './wait/changes.ts';
import { within } from './wait/within.ts';

/** A controller of pods that rolls them out anew when their template changes. */
export interface WorkloadName extends ObjectName {
  readonly kind: 'Deployment' | 'DaemonSet';
}

export interface Workload {
  /** Of the pods' template. */
  readonly annotations: ReadonlyMap<string, string>;
  /** It is ready, by the rules of its kind (`readiness`). */
  readonly settled: boolean;
}

const stored = z.object({
  spec: z.object({
    template: z.object({
      metadata: z.object({ annotations: z.record(z.string(), z.string()).nullish() }).nullish(),
    }),
  }),
});

/** Reads a Deployment or DaemonSet; undefined where there is none. @throws KUBERNETES_… */
export async function readWorkload(
  client: KubernetesClient,
  at: WorkloadName,
  cancel?: AbortSignal,
): Promise<Workload | undefined> {
  const object = await readObject(client, at, cancel);
  if (object === undefined) return undefined;
  const { spec } = decode(stored, object, pathOf(at));
  return {
    annotations: new Map(Object.entries(spec.template.metadata?.annotations ?? {})),
    settled: readiness(object).state === 'ready',
  };
}

async function readObject(
  client: KubernetesClient,
  at: WorkloadName,
  cancel: AbortSignal | undefined,
): Promise<KubeObject | undefined> {
  const path = pathOf(at);
  const found = await client.read(path, cancel);
  return found === undefined ? undefined : asObject(found, path);
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

/**
 * Waits until a workload has settled, or is gone.
 *
 * @throws KUBERNETES_TIMEOUT with what stands in its way as its remedy, CANCELLED, KUBERNETES_…
 */
export async function waitForWorkload(
  client: KubernetesClient,
  at: WorkloadName,
  timeoutMs: number,
  cancel?: AbortSignal,
): Promise<void> {
  let last = await readObject(client, at, cancel);
  if (isSettled(last)) return;
  const target = { path: pathOf({ ...at, name: undefined }), name: at.name };
  const what = `the rollout of ${at.kind} ${at.namespace}/${at.name}`;
  try {
    await within(what, { deadlineMs: timeoutMs, cancel }, async (signal, onOutage) => {
      const options = { cancel: signal, onOutage, outageMs: Number.POSITIVE_INFINITY };
      for await (const object of changes(client, target, options)) {
        last = object;
        if (isSettled(object)) return;
      }
    });
  } catch (error) {
    // Where the server did not answer, that is the reason.
    if (!isSealiftError(error, 'KUBERNETES_TIMEOUT') || isSealiftError(error.cause, 'KUBERNETES_UNREACHABLE'))
      throw error;
    throw last === undefined ? error : await withReason(client, last, error, cancel);
  }
}

function isSettled(object: KubeObject | undefined): boolean {
  return object === undefined || readiness(object).state === 'ready';
}

async function withReason(
  client: KubernetesClient,
  object: KubeObject,
  late: SealiftError,
  cancel: AbortSignal | undefined,
): Promise<SealiftError> {
  try {
    const { wait } = await explain(client, object, { cancel });
    if (wait === null) return late;
    const { what, reference, remedy } = wait;
    return late.withHint(`${what}${reference === null ? '' : `: ${reference}`}. ${remedy ?? late.hint}`);
  } catch {
    // That it was late stays true when nobody can say why.
    return late;
  }
}

function pathOf({
  kind,
  namespace,
  name,
}: Omit<WorkloadName, 'name'> & { readonly name?: string | undefined }): string {
  return objectPath('/apis/apps/v1', kind === 'Deployment' ? 'deployments' : 'daemonsets', { namespace, name });
}
