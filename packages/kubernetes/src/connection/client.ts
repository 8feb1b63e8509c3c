import { SealiftError } from '@sealift/core/errors';
import { withRetry } from '@sealift/io/retry';
import { type Access, type KubernetesOptions, loadAccess } from './login/access.ts';
import { accepted, messageOf, statusReasonOf } from './answer.ts';
import type { ApiAnswer, ApiRequest, PodRequest, PodStreamRequest } from './exchange.ts';
import type { PodAnswer } from './pod/ask-port.ts';
import { Connections } from './send.ts';
import type { StreamLimits } from './stream.ts';
import { passes, Unavailable } from './unavailable.ts';

/** Fields that this program sets carry this owner (server-side bookkeeping, `metadata.managedFields`). */
export const fieldManager = 'sealift';

/** Some seconds, in which an API server behind a load balancer finds another etcd member or a webhook's new certificate. */
const defaultDelaysMs = [200, 500, 1000, 2000, 4000, 8000];

/**
 * Access to one API server with the login of a kubeconfig. Every answer is bounded in size and time.
 *
 * @example
 * const client = await KubernetesClient.connect({ kubeconfig: '/root/.kube/config' });
 * const found = await readConfigMap(client, { namespace: 'kube-system', name: 'vsphere-cloud-config' });
 */
export class KubernetesClient {
  /** Of the API server, such as `https://10.10.0.5:6443`. */
  readonly server: string;
  readonly #connections: Connections;
  readonly #retryDelaysMs: readonly number[];

  private constructor(access: Access, { env = process.env, retryDelaysMs }: KubernetesOptions) {
    this.server = access.server;
    this.#connections = new Connections(access, env);
    this.#retryDelaysMs = retryDelaysMs ?? defaultDelaysMs;
  }

  /** Reads the kubeconfig; connects with the first request. @throws KUBERNETES_CONFIG_INVALID */
  static async connect(options: KubernetesOptions = {}): Promise<KubernetesClient> {
    return new KubernetesClient(await loadAccess(options), options);
  }

  /** Ends every connection. */
  close(): void {
    this.#connections.close();
  }

  /**
   * Sends a request; every status is an answer, but one that passes by itself. A request that reads, or that does once what it does twice,
   * is sent again then; another one that changes something only when the server says that it did not look at it (429).
   *
   * @throws KUBERNETES_LOGIN_MISSING, KUBERNETES_LOGIN_REFUSED, KUBERNETES_UNAVAILABLE, KUBERNETES_UNREACHABLE, KUBERNETES_ANSWER_INVALID, CANCELLED
   */
  ask(request: ApiRequest): Promise<ApiAnswer> {
    const send = async (): Promise<ApiAnswer> => {
      const answer = await this.#connections.send(request);
      if (request.isHealth === true || !passes(answer)) return answer;
      const again = request.method === 'GET' || request.idempotent === true || answer.status === 429;
      const reason = messageOf(answer.body) ?? `HTTP status ${answer.status}`;
      throw new Unavailable(answer, again, reason, `${this.server}${request.path}`);
    };
    return withRetry(send, {
      passes: (error) => error instanceof Unavailable && error.repeatable,
      delaysMs: this.#retryDelaysMs,
      jitter: true,
      askedMs: (error) => (error instanceof Unavailable ? error.askedPauseMs : undefined),
      cancel: request.cancel,
    });
  }

  /**
   * The lines of an answer that goes on, such as a watch, until it ends, is cut or is silent; over a connection of its own, which ends with the reading.
   *
   * @throws StreamRefused, KUBERNETES_UNREACHABLE, KUBERNETES_ANSWER_INVALID, CANCELLED also when the client is closed
   */
  stream(
    request: Pick<ApiRequest, 'path' | 'query' | 'cancel'>,
    limits: StreamLimits,
  ): AsyncGenerator<string, void, undefined> {
    return this.#connections.stream(request, limits);
  }

  /**
   * Asks a program in a pod by HTTPS with the login of the kubeconfig, once, through the pod's kubelet, so that no network but the API server's is
   * needed. Its certificate has to be of the cluster's authority.
   *
   * @throws KUBERNETES_LOGIN_MISSING, KUBERNETES_UNREACHABLE, CANCELLED
   */
  askPod({ namespace, pod: name, ...asked }: PodRequest, cancel: AbortSignal): Promise<PodAnswer> {
    const forward = `${objectPath('/api/v1', 'pods', { namespace, name })}/portforward`;
    return this.#connections.askPod({ forward, ...asked }, cancel);
  }

  /**
   * Posts to a program in a pod once, through the pod's kubelet, and has the lines of its answer taken as they come. Its certificate has to be of the
   * authority that is given, not of the cluster's.
   *
   * @throws KUBERNETES_LOGIN_MISSING, KUBERNETES_UNREACHABLE also where the answer is cut, KUBERNETES_ANSWER_INVALID, CANCELLED, and what `take` throws
   */
  streamPod<Result>(
    { namespace, pod: name, ...asked }: PodStreamRequest,
    limits: StreamLimits,
    take: (lines: AsyncGenerator<string, void, undefined>, status: number) => Promise<Result>,
    cancel: AbortSignal,
  ): Promise<Result> {
    const forward = `${objectPath('/api/v1', 'pods', { namespace, name })}/portforward`;
    return this.#connections.streamPod({ forward, ...asked }, limits, take, cancel);
  }

  /** Reads an object, undefined where it does not exist. @throws KUBERNETES_REFUSED, and as `ask` */
  async read(path: string, cancel?: AbortSignal): Promise<unknown> {
    const answer = await this.ask({ method: 'GET', path, cancel });
    if (answer.status === 404) return undefined;
    return accepted(answer, 'read', path);
  }

  /** Reads one page of a collection. @throws KUBERNETES_REFUSED, and as `ask` */
  async list(path: string, query: Readonly<Record<string, string>>, cancel?: AbortSignal): Promise<unknown> {
    return accepted(await this.ask({ method: 'GET', path, query, cancel }), 'list', path);
  }

  /** Makes an object; false where one of its name exists already. @throws KUBERNETES_REFUSED, and as `ask` */
  async create(path: string, body: unknown, cancel?: AbortSignal): Promise<boolean> {
    const answer = await this.ask({ method: 'POST', path, query: { fieldManager }, body, cancel });
    if (answer.status === 409 && statusReasonOf(answer.body) === 'AlreadyExists') return false;
    accepted(answer, 'create', path);
    return true;
  }

  /**
   * Changes an object by a JSON merge patch. With `metadata.resourceVersion` in it, only if nobody changed the object since.
   *
   * @throws KUBERNETES_CONFLICT, KUBERNETES_REFUSED, and as `ask`
   */
  async patch(path: string, body: unknown, cancel?: AbortSignal): Promise<unknown> {
    const answer = await this.ask({ method: 'PATCH', path, query: { fieldManager }, body, cancel });
    return accepted(answer, 'change', path);
  }
}

/** The path of an object or, without a name, of its collection. @throws KUBERNETES_OBJECT_INVALID where a name is none */
export function objectPath(
  api: `/api/${string}` | `/apis/${string}`,
  resource: string,
  at: { readonly namespace?: string | undefined; readonly name?: string | undefined } = {},
): string {
  const { namespace, name } = at;
  const within = namespace === undefined ? '' : `/namespaces/${segment(namespace)}`;
  return `${api}${within}/${segment(resource)}${name === undefined ? '' : `/${segment(name)}`}`;
}

/** A name as a part of a path; what can be none (Kubernetes object names, "Path Segment Names") would lead elsewhere. */
function segment(name: string): string {
  if (name !== '' && name !== '.' && name !== '..' && !/[/%]/.test(name)) return encodeURIComponent(name);
  throw new SealiftError('KUBERNETES_OBJECT_INVALID', { values: { reason: `its name is ${JSON.stringify(name)}` } });
}
