import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { type Access, type JsonAnswer, JsonClient, type JsonRequest } from './json-client.ts';

export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
}

export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ObjectMeta;
}

const patienceMs = 10_000;
const pauseMs = 250;

/**
 * The few verbs that the stand-ins need of an API server. It is a client of its own: what is under test is not asked to judge
 * itself.
 */
export class KubeApi {
  readonly #client: JsonClient;

  constructor(access: Access, options: { readonly timeoutMs?: number } = {}) {
    this.#client = new JsonClient(access, options);
  }

  /** Reads the current context of a kubeconfig: client certificate or token. */
  static async fromKubeconfig(file: string): Promise<KubeApi> {
    return new KubeApi(await kubeconfigAccess(file));
  }

  get server(): string {
    return this.#client.server;
  }

  close(): void {
    this.#client.close();
  }

  /** Undefined where there is none. */
  async get<Kind extends KubeObject>(path: string): Promise<Kind | undefined> {
    const answer = await this.#send({ method: 'GET', path });
    return answer.status === 404 ? undefined : (accepted(answer, { method: 'GET', path }) as Kind);
  }

  async list<Kind extends KubeObject>(path: string): Promise<readonly Kind[]> {
    const request = { method: 'GET', path } as const;
    return (accepted(await this.#send(request), request) as { readonly items: readonly Kind[] }).items;
  }

  /** False where one of that name exists already. */
  async create(path: string, body: unknown): Promise<boolean> {
    const request = { method: 'POST', path, body } as const;
    const answer = await this.#send(request);
    if (answer.status === 409) return false;
    accepted(answer, request);
    return true;
  }

  /** A JSON merge patch; undefined where there is no such object. */
  async merge<Kind extends KubeObject>(path: string, body: unknown): Promise<Kind | undefined> {
    const request = { method: 'PATCH', path, body, contentType: 'application/merge-patch+json' } as const;
    const answer = await this.#send(request);
    return answer.status === 404 ? undefined : (accepted(answer, request) as Kind);
  }

  /** False where there was none. */
  async delete(path: string, options: unknown = {}): Promise<boolean> {
    const request = { method: 'DELETE', path, body: options } as const;
    const answer = await this.#send(request);
    if (answer.status === 404) return false;
    accepted(answer, request);
    return true;
  }

  /**
   * Sends it again while an API server says that it has not looked at it, as one does that has just started (429), and, where nothing is
   * changed by it, while none answers: the load balancer needs a moment to leave one that ended.
   */
  async #send(request: JsonRequest): Promise<JsonAnswer> {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      const answer = await this.#client.send(request).catch((error: unknown) => {
        if (request.method !== 'GET' || Date.now() > deadline) throw error;
        return undefined;
      });
      const passes = answer?.status === 429 || (answer?.status === 503 && request.method === 'GET');
      if (answer !== undefined && (!passes || Date.now() > deadline)) return answer;
      await new Promise((again) => setTimeout(again, pauseMs));
    }
  }

  /** Whether it says that it serves; false too when it does not answer. */
  async ready(): Promise<boolean> {
    try {
      return (await this.#client.send({ method: 'GET', path: '/readyz' })).status === 200;
    } catch {
      return false;
    }
  }
}

/** The access of a kubeconfig's current context: client certificate or token. */
export async function kubeconfigAccess(file: string): Promise<Access> {
  return readKubeconfig(parse(await readFile(file, 'utf8')));
}

function accepted(answer: JsonAnswer, { method, path }: JsonRequest): unknown {
  if (answer.status >= 200 && answer.status < 300) return answer.body;
  const { message } = (typeof answer.body === 'object' && answer.body !== null ? answer.body : {}) as {
    message?: string;
  };
  throw new Error(`${method} ${path}: ${answer.status} ${message ?? String(answer.body).slice(0, 300)}`);
}

interface Kubeconfig {
  readonly 'current-context': string;
  readonly contexts: readonly {
    readonly name: string;
    readonly context: { readonly cluster: string; readonly user: string };
  }[];
  readonly clusters: readonly {
    readonly name: string;
    readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string };
  }[];
  readonly users: readonly {
    readonly name: string;
    readonly user: {
      readonly token?: string;
      readonly 'client-certificate-data'?: string;
      readonly 'client-key-data'?: string;
    };
  }[];
}

function readKubeconfig(content: unknown): Access {
  const config = content as Kubeconfig;
  const context = config.contexts.find(({ name }) => name === config['current-context'])?.context;
  const cluster = config.clusters.find(({ name }) => name === context?.cluster)?.cluster;
  const user = config.users.find(({ name }) => name === context?.user)?.user;
  if (cluster === undefined || user === undefined) throw new Error('a kubeconfig without a current context');
  const { token, 'client-certificate-data': cert, 'client-key-data': key } = user;
  return {
    server: cluster.server,
    ca: Buffer.from(cluster['certificate-authority-data'], 'base64'),
    ...(token === undefined ? {} : { token }),
    ...(cert === undefined ? {} : { cert: Buffer.from(cert, 'base64') }),
    ...(key === undefined ? {} : { key: Buffer.from(key, 'base64') }),
  };
}

/** A kubeconfig with a token or a client certificate, as JSON, which is YAML. */
export function printKubeconfig({ server, ca, cert = '', key = '', token }: Access): string {
  const base64 = (pem: string | Buffer): string => Buffer.from(pem).toString('base64');
  const certified = { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'site', cluster: { server, 'certificate-authority-data': base64(ca) } }],
    users: [{ name: 'site', user: token === undefined ? certified : { token } }],
    contexts: [{ name: 'site', context: { cluster: 'site', user: 'site' } }],
    'current-context': 'site',
  });
}
