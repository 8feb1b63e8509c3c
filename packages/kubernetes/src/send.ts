import { Agent, type RequestOptions, request as httpsRequest } from 'node:https';
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { KubeConfig } from '@kubernetes/client-node';
import { reasonOf, SealiftError } from '@sealift/core/errors';
import type { ApiAnswer, ApiRequest } from './exchange.ts';

/** Larger than any page of 500 objects that etcd can hold in practice; an answer beyond it is none of an API server. */
const answerLimitBytes = 64 * 1024 * 1024;
const timeoutMs = 60_000;
const connections = 8;

/** Verified connections to one API server, with the login of a kubeconfig. */
export class Connections {
  readonly #config: KubeConfig;
  readonly #proxyEnv: NodeJS.ProcessEnv;
  /** By their certificate: one that a plugin of the kubeconfig hands out is renewed now and then. */
  #agents: { readonly material: string; readonly kept: Agent; readonly fresh: Agent } | undefined;

  constructor(config: KubeConfig, env: Readonly<Record<string, string | undefined>>) {
    this.#config = config;
    const proxy = config.getCurrentCluster()?.proxyUrl;
    this.#proxyEnv = proxy === undefined ? env : { HTTPS_PROXY: proxy };
  }

  /** Sends one request and reads its JSON answer. @throws as `KubernetesClient.ask` */
  async send(server: string, asked: ApiRequest): Promise<ApiAnswer> {
    const { method, path, query = {}, body, cancel } = asked;
    const place = `${server}${path}`;
    const deadline = AbortSignal.timeout(timeoutMs);
    const signal = cancel === undefined ? deadline : AbortSignal.any([cancel, deadline]);
    if (signal.aborted) throw new SealiftError('CANCELLED', { place });
    try {
      const { kept, fresh, headers } = await this.#login();
      const url = new URL(`${place}?${new URLSearchParams(query).toString()}`);
      const text = body === undefined ? undefined : JSON.stringify(body);
      const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
      const content = text === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(text) };
      const options: RequestOptions = {
        method,
        signal,
        // A kept connection may just have been closed by the other side; what changes something must be sent exactly once.
        agent: asked.method === 'GET' ? kept : fresh,
        headers: { accept: 'application/json', 'user-agent': 'sealift', ...content, ...headers },
      };
      const answer = await exchange(url, options, text);
      return { status: answer.statusCode ?? 0, body: parse(await readBounded(answer, place), place) };
    } catch (error) {
      if (error instanceof SealiftError) throw error;
      if (cancel?.aborted === true) throw new SealiftError('CANCELLED', { place, cause: error });
      const reason = deadline.aborted ? `no answer for ${timeoutMs / 1000} s` : reasonOf(error);
      throw new SealiftError('KUBERNETES_UNREACHABLE', { values: { reason }, place: server, cause: error });
    }
  }

  /**
   * What the kubeconfig says to log in with. The library would open a connection for each request and let an environment variable
   * turn the check of the certificate off, so only its answer is used.
   */
  async #login(): Promise<{
    readonly kept: Agent;
    readonly fresh: Agent;
    readonly headers: OutgoingHttpHeaders;
  }> {
    const login: Omit<RequestOptions, 'headers'> & { headers?: OutgoingHttpHeaders } = {};
    await this.#config.applyToHTTPSOptions(login);
    const { ca, cert, key, passphrase, servername } = login;
    const basic = typeof login.auth === 'string' ? { authorization: `Basic ${encode(login.auth)}` } : {};
    const headers = { ...basic, ...login.headers };
    const material = JSON.stringify([ca, cert, key]);
    if (this.#agents?.material !== material) {
      const agent = (keepAlive: boolean): Agent =>
        new Agent({
          keepAlive,
          maxSockets: connections,
          scheduling: 'lifo',
          proxyEnv: this.#proxyEnv,
          rejectUnauthorized: true,
          minVersion: 'TLSv1.2',
          ca,
          cert,
          key,
          passphrase,
          servername,
        });
      this.#agents = { material, kept: agent(true), fresh: agent(false) };
    }
    const { kept, fresh } = this.#agents;
    return { kept, fresh, headers };
  }
}

async function exchange(url: URL, options: RequestOptions, body: string | undefined): Promise<IncomingMessage> {
  for (let isFirst = true; ; isFirst = false) {
    const sent = httpsRequest(url, options);
    try {
      return await new Promise<IncomingMessage>((resolve, reject) => {
        sent.once('response', resolve);
        sent.once('error', reject);
        sent.end(body);
      });
    } catch (error) {
      const isStale = sent.reusedSocket && error instanceof Error && 'code' in error && error.code === 'ECONNRESET';
      if (!isFirst || !isStale) throw error;
    }
  }
}

async function readBounded(answer: IncomingMessage, place: string): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of answer as AsyncIterable<Uint8Array>) {
    size += part.byteLength;
    if (size > answerLimitBytes) throw unusable(`it is larger than ${answerLimitBytes} bytes`, place);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function parse(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unusable('it is no JSON', place, error);
  }
}

/** An answer that is not of the API. */
export function unusable(reason: string, place: string, cause?: unknown): SealiftError {
  return new SealiftError('KUBERNETES_ANSWER_INVALID', { values: { reason }, place, cause });
}

function encode(login: string): string {
  return Buffer.from(login, 'utf8').toString('base64');
}
