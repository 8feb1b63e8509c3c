import { isSealiftError, SealiftError } from '@sealift/core/errors';
import type { KubernetesClient } from '../connection/client.ts';

/** An API that somebody has asked an API server for since that started, and that a later minor does not serve. */
export interface RequestedApi {
  /** `storage.k8s.io/v1beta1 volumeattributesclasses` */
  readonly name: string;
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** As paths name it. */
  readonly resource: string;
  /** The minor of Kubernetes 1 from which on it is not served. */
  readonly removedIn: number;
}

const most = 1000;

/**
 * What an API server counts of requests for APIs that go (`apiserver_requested_deprecated_apis`, stable since Kubernetes 1.19, with the release
 * that removes each). One server of several knows only of its own requests, and only since it started.
 *
 * @returns undefined where the account may not read its metrics, or they are more than is read
 * @throws KUBERNETES_UNREACHABLE, KUBERNETES_REFUSED, CANCELLED
 */
export async function requestedRemovedApis(
  client: Pick<KubernetesClient, 'ask'>,
  cancel?: AbortSignal,
): Promise<readonly RequestedApi[] | undefined> {
  const answer = await readAll(client, cancel);
  if (answer === undefined) return undefined;
  const { status, body } = answer;
  if (status === 403 || status === 404) return undefined;
  if (status !== 200 || typeof body !== 'string') {
    throw new SealiftError('KUBERNETES_REFUSED', {
      values: { verb: 'read', object: '/metrics', reason: `HTTP status ${status}` },
    });
  }
  return readMetrics(body);
}

async function readAll(client: Pick<KubernetesClient, 'ask'>, cancel: AbortSignal | undefined) {
  try {
    return await client.ask({ method: 'GET', path: '/metrics', isHealth: true, cancel });
  } catch (error) {
    if (isSealiftError(error, 'KUBERNETES_ANSWER_INVALID')) return undefined;
    throw error;
  }
}

/** The lines of the metric, in the text format of Prometheus. */
export function readMetrics(text: string): readonly RequestedApi[] {
  const found = new Map<string, RequestedApi>();
  for (const [, labels = '', value] of text.matchAll(
    /^apiserver_requested_deprecated_apis\{([^}\n]{0,2000})\} (\S+)$/gm,
  )) {
    const of = new Map([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', label = '']) => [name, label]));
    const [, minor] = /^1\.(\d{1,3})$/.exec(of.get('removed_release') ?? '') ?? [];
    if (minor === undefined || Number(value) === 0 || found.size >= most) continue;
    const group = of.get('group') ?? '';
    const version = of.get('version') ?? '';
    const resource = of.get('resource') ?? '';
    const name = `${group === '' ? version : `${group}/${version}`} ${resource}`;
    found.set(name, { name, group, version, resource, removedIn: Number(minor) });
  }
  return [...found.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
