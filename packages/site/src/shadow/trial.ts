import { messageOf } from '@sealift/kubernetes/answer';
import { isMembers, type Members } from '@sealift/kubernetes/merge-patch';
import type { KubernetesClient } from '@sealift/kubernetes/client';
import { isSealiftError } from '@sealift/core/errors';
import type { KubeObject } from '@sealift/kubernetes/object';

/** How a server takes a write that it does not do: undefined where it would, else why not. */
export type Refusal = string | undefined;

type Asks = Pick<KubernetesClient, 'ask'>;

/** Writes an object as it is. @throws KUBERNETES_…, CANCELLED */
export async function tryWrite(client: Asks, path: string, object: KubeObject, cancel: AbortSignal): Promise<Refusal> {
  return await refusal(() =>
    client.ask({ method: 'PUT', path, query: { dryRun: 'All' }, body: object, idempotent: true, cancel }),
  );
}

/** Makes another object like it. @throws KUBERNETES_…, CANCELLED */
export async function tryCopy(client: Asks, path: string, object: KubeObject, cancel: AbortSignal): Promise<Refusal> {
  const body = copyOf(object);
  return await refusal(() =>
    client.ask({ method: 'POST', path, query: { dryRun: 'All' }, body, idempotent: true, cancel }),
  );
}

async function refusal(ask: () => ReturnType<Asks['ask']>): Promise<Refusal> {
  try {
    const { status, body } = await ask();
    return status < 300 ? undefined : (messageOf(body) ?? `HTTP status ${status}`);
  } catch (error) {
    // It was asked several times, and always said that it cannot.
    if (isSealiftError(error, 'KUBERNETES_UNAVAILABLE')) return error.message;
    throw error;
  }
}

/** What the server gives an object when it is made, and what only one object can have. */
function copyOf(object: KubeObject): Members {
  const { status: _, metadata, ...rest } = object;
  const { namespace, labels, annotations, finalizers } = metadata;
  const copy = {
    ...rest,
    metadata: { generateName: 'rehearsal-', namespace, labels, annotations, finalizers },
  };
  const spec = object['spec'];
  return object.kind === 'Service' && object.apiVersion === 'v1' && isMembers(spec)
    ? { ...copy, spec: withoutAddresses(spec) }
    : copy;
}

function withoutAddresses(spec: Members): Members {
  const { clusterIP, clusterIPs: _, healthCheckNodePort: __, ports, ...rest } = spec;
  const plain = Array.isArray(ports)
    ? ports.map((port: unknown) => (isMembers(port) ? { ...port, nodePort: undefined } : port))
    : ports;
  // A Service without an address of its own stays one.
  return { ...rest, ports: plain, ...(clusterIP === 'None' ? { clusterIP } : {}) };
}
