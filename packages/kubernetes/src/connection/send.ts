import type { RequestOptions } from 'node:https';
import type { OutgoingHttpHeaders } from 'node:http';
import type { KubeConfig } from '@kubernetes/client-node';
import { SealiftError } from '@sealift/core/errors';
import { Agents } from '@sealift/io/http/agents';
import { BodyTooLarge, readBody } from '@sealift/io/http/body';
import type { Environment } from '@sealift/io/http/environment';
import { exchange } from '@sealift/io/http/exchange';
import { failureOf } from '@sealift/io/http/failure';
import type { ApiAnswer, ApiRequest } from './exchange.ts';
import { streamLines, type StreamLimits, StreamRefused } from './stream.ts';
import { isPassingStatus, pauseAsked } from './unavailable.ts';
import { unusable } from './unusable.ts';

/** Larger than any page of 500 objects that etcd can hold in practice; an answer beyond it is none of an API server. */
const answerLimitBytes = 64 * 1024 * 1024;
const timeoutMs = 60_000;
const connections = 8;

type Tls = Pick<RequestOptions, 'ca' | 'cert' | 'key' | 'passphrase' | 'servername'>;

/** Pools with one login. */
interface Pools {
  readonly kept: Agents;
  readonly fresh: Agents;
}

/** Verified connections to one API server, with the login of a kubeconfig. */
export class Connections {
  readonly #config: KubeConfig;
  readonly #env: Environment;
  /** By their certificate: one that a plugin of the kubeconfig hands out is renewed now and then. */
  #open: (Pools & { readonly material: string }) | undefined;
  /** Ends what streams; it has connections of its own, so that many streams do not keep a request waiting. */
  #ending = new AbortController();

  constructor(config: KubeConfig, env: Environment) {
    this.#config = config;
    this.#env = env;
  }

  /** Ends every connection. */
  close(): void {
    this.#open?.kept.close();
    this.#open?.fresh.close();
    this.#open = undefined;
    this.#ending.abort();
    this.#ending = new AbortController();
  }

  /** The lines of an answer that goes on. @throws StreamRefused, and as `KubernetesClient.ask` */
  async *stream(
    server: string,
    { path, query = {}, cancel: wish }: Pick<ApiRequest, 'path' | 'query' | 'cancel'>,
    limits: StreamLimits,
  ): AsyncGenerator<string, void, undefined> {
    const place = `${server}${path}`;
    const { signal } = this.#ending;
    const cancel = wish === undefined ? signal : AbortSignal.any([wish, signal]);
    if (cancel.aborted) throw new SealiftError('CANCELLED', { place });
    const { headers, tls } = await this.#login(server);
    const agents = this.#agents(false, tls);
    const url = new URL(`${place}?${new URLSearchParams(query).toString()}`);
    try {
      yield* streamLines(agents, { url, headers: { accept: 'application/json', ...headers }, cancel }, limits);
    } catch (error) {
      if (cancel.aborted) throw new SealiftError('CANCELLED', { place, cause: error });
      if (error instanceof StreamRefused) throw error;
      throw asCatalogued(error, server, place);
    } finally {
      agents.close();
    }
  }

  /** Sends one request and reads its JSON answer. @throws as `KubernetesClient.ask` */
  async send(server: string, asked: ApiRequest): Promise<ApiAnswer> {
    const { method, path, query = {}, body, accept = 'application/json', cancel: wish } = asked;
    const place = `${server}${path}`;
    const deadline = AbortSignal.timeout(timeoutMs);
    const cancel = wish === undefined ? deadline : AbortSignal.any([wish, deadline]);
    if (cancel.aborted) throw new SealiftError('CANCELLED', { place });
    const { kept, fresh, headers } = await this.#login(server);
    const text = body === undefined ? undefined : JSON.stringify(body);
    const type = asked.contentType ?? (method === 'PATCH' ? 'application/merge-patch+json' : 'application/json');
    const repeatable = method === 'GET' || asked.idempotent === true;
    try {
      // A kept connection may just have been closed by the other side; what changes something must be sent exactly once.
      const answer = await exchange(repeatable ? kept : fresh, {
        method,
        url: new URL(`${place}?${new URLSearchParams(query).toString()}`),
        headers: { accept, ...(text === undefined ? {} : { 'content-type': type }), ...headers },
        ...(text === undefined ? {} : { body: text }),
        idleTimeoutMs: timeoutMs,
        repeatable,
        cancel,
      });
      const bytes = await readBody(answer, answerLimitBytes, { idleTimeoutMs: timeoutMs, cancel });
      const status = answer.statusCode ?? 0;
      const askedPauseMs = pauseAsked(answer.headers['retry-after']);
      return { status, body: parse(bytes.toString('utf8'), status, place), askedPauseMs };
    } catch (error) {
      throw asCatalogued(error, server, place);
    }
  }

  /**
   * What the kubeconfig says to log in with. The library would open a connection for each request and let an environment variable
   * turn the check of the certificate off, so only its answer is used.
   */
  async #login(
    server: string,
  ): Promise<Pools & { readonly headers: Readonly<Record<string, string>>; readonly tls: Tls }> {
    const login: Omit<RequestOptions, 'headers'> & { headers?: OutgoingHttpHeaders } = {};
    try {
      await this.#config.applyToHTTPSOptions(login);
    } catch (error) {
      throw asCatalogued(error, server, server);
    }
    const { ca, cert, key, passphrase, servername } = login;
    const basic = typeof login.auth === 'string' ? { authorization: `Basic ${encode(login.auth)}` } : {};
    const headers = { ...basic, ...textOf(login.headers ?? {}) };
    const tls = { ca, cert, key, passphrase, servername };
    const material = JSON.stringify([ca, cert, key]);
    // Those of a login that has ended are let go, not closed: what is on its way still arrives.
    if (this.#open?.material !== material) {
      this.#open = {
        material,
        kept: this.#agents(true, tls, connections),
        fresh: this.#agents(false, tls, connections),
      };
    }
    const { kept, fresh } = this.#open;
    return { kept, fresh, headers, tls };
  }

  #agents(keepAlive: boolean, tls: Tls, limit?: number): Agents {
    const named = this.#config.getCurrentCluster()?.proxyUrl;
    const proxy = named === undefined ? {} : { proxy: new URL(named) };
    return new Agents(this.#env, { keepAlive, tls, ...proxy, ...(limit === undefined ? {} : { connections: limit }) });
  }
}

function asCatalogued(error: unknown, server: string, place: string): SealiftError {
  if (error instanceof SealiftError) return error;
  if (error instanceof BodyTooLarge) return unusable(error.message, place, error);
  const failure = failureOf(error);
  if (failure.kind === 'cancelled') return new SealiftError('CANCELLED', { place, cause: failure });
  const reason = failure.kind === 'deadline' ? `no answer for ${timeoutMs / 1000} s` : failure.message;
  const { remedy } = failure;
  return new SealiftError('KUBERNETES_UNREACHABLE', {
    values: { reason: failure.aboutCertificate ? `its certificate is not accepted: ${reason}` : reason },
    place: server,
    ...(remedy === undefined ? {} : { hint: remedy }),
    cause: failure,
  });
}

function textOf(headers: OutgoingHttpHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

function parse(text: string, status: number, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // A load balancer before a server that is away says so in a page.
    if (isPassingStatus(status)) return undefined;
    throw unusable('it is no JSON', place, error);
  }
}

function encode(login: string): string {
  return Buffer.from(login, 'utf8').toString('base64');
}
