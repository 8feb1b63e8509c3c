import { SealiftError } from '@sealift/core/errors';
import type { KubernetesClient } from '../connection/client.ts';
import { apiVersionOf, groupVersionOf } from './object.ts';
import { type ApiResource, readServedApi, type ServedApi } from './served-api.ts';

export type { ApiResource, ServedApi } from './served-api.ts';

/**
 * What the API server serves, read once and kept; a kind that is not found is looked for once more, as its definition may have come
 * meanwhile.
 */
export class Discovery {
  readonly #client: KubernetesClient;
  #served: ServedApi | undefined;

  constructor(client: KubernetesClient) {
    this.#client = client;
  }

  /** What is served now, never from memory. @throws KUBERNETES_… */
  async read(cancel?: AbortSignal): Promise<ServedApi> {
    this.#served = await readServedApi(this.#client, cancel);
    return this.#served;
  }

  /**
   * How a kind is served; undefined where it is not.
   *
   * @throws KUBERNETES_API_INCOMPLETE where its API version does not answer, so that nobody can tell; KUBERNETES_…
   */
  async resource(
    of: { readonly apiVersion: string; readonly kind: string },
    cancel?: AbortSignal,
  ): Promise<ApiResource | undefined> {
    const known = this.#served === undefined ? undefined : find(this.#served, of);
    if (known !== undefined) return known;
    const served = await this.read(cancel);
    const found = find(served, of);
    if (found === undefined) refuseUnanswered(served, (apiVersion) => apiVersion === of.apiVersion);
    return found;
  }

  /**
   * The versions that a group is served in, the preferred one first; none where the group is not served.
   *
   * @throws KUBERNETES_API_INCOMPLETE where a version of it does not answer; KUBERNETES_…
   */
  async versions(group: string, cancel?: AbortSignal): Promise<readonly string[]> {
    const known = this.#served?.versions.get(group);
    if (known !== undefined) return known;
    const served = await this.read(cancel);
    refuseUnanswered(served, (apiVersion) => groupVersionOf(apiVersion).group === group);
    return served.versions.get(group) ?? [];
  }

  /** Lets go of what was read: definitions have changed. */
  forget(): void {
    this.#served = undefined;
  }
}

/** @throws KUBERNETES_API_INCOMPLETE where one of the API versions meant does not answer */
export function refuseUnanswered({ unanswered }: ServedApi, meant: (apiVersion: string) => boolean): void {
  const parts = unanswered.filter(meant);
  if (parts.length === 0) return;
  throw new SealiftError('KUBERNETES_API_INCOMPLETE', { values: { parts: parts.join(', ') } });
}

function find({ resources }: ServedApi, of: { readonly apiVersion: string; readonly kind: string }) {
  return resources.find((at) => at.kind === of.kind && apiVersionOf(at) === of.apiVersion);
}
