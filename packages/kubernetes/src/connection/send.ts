import type { IncomingMessage } from 'node:http';
import { SealiftError } from '@sealift/core/errors';
import { Agents, type TlsOptions } from '@sealift/io/http/agents';
import { BodyTooLarge, bodyOf, readBody } from '@sealift/io/http/body';
import type { Environment } from '@sealift/io/http/environment';
import { trustedCertificates } from '@sealift/io/http/certificates';
import { exchange } from '@sealift/io/http/exchange';
import { failureOf } from '@sealift/io/http/failure';
import type { ApiAnswer, ApiRequest, PodRequest, PodStreamRequest } from './exchange.ts';
import type { Access } from './login/access.ts';
import type { RequestLogin } from './login/credential.ts';
import { askPort, exchangeOverPort, type PodAnswer } from './pod/ask-port.ts';
import { forwardPort } from './pod/forward-port.ts';
import type { ForwardedPort } from './pod/forwarded-port.ts';
import { linesOf, streamLines, type StreamLimits, StreamRefused } from './stream.ts';
import { isPassingStatus, pauseAsked } from './unavailable.ts';
import { unusable } from './unusable.ts';

/** Larger than any page of 500 objects that etcd can hold in practice; an answer beyond it is none of an API server. */
const answerLimitBytes = 64 * 1024 * 1024;
const timeoutMs = 60_000;
const connections = 8;
/** An API server that can't read its store never forwards; another connection may lead to another one. */
const forwardMs = 1000;

type PodAsked = Pick<PodRequest, 'port' | 'servername' | 'path'>;

/** Pools of connections that prove and demand the same. */
interface Pools {
  readonly kept: Agents;
  readonly fresh: Agents;
}

/** Verified connections to one API server, with the login of a kubeconfig. */
export class Connections {
  readonly #access: Access;
  readonly #env: Environment;
  /** By what they prove and demand: a certificate is renewed now and then. */
  #open: (Pools & { readonly tls: TlsOptions }) | undefined;
  /** Ends what streams; it has connections of its own, so that many streams do not keep a request waiting. */
  #ending = new AbortController();

  /** What this machine trusts, where the kubeconfig names no authority. */
  #trusted: string | undefined;

  constructor(access: Access, env: Environment) {
    this.#access = access;
    this.#env = env;
  }

  /** Ends every connection. */
  close(): void {
    this.#open?.kept.close();
    this.#open?.fresh.close();
    this.#open = undefined;
    this.#access.credentials.close();
    this.#ending.abort();
    this.#ending = new AbortController();
  }

  /** The lines of an answer that goes on. @throws StreamRefused, and as `KubernetesClient.ask` */
  async *stream(
    { path, query = {}, cancel: wish }: Pick<ApiRequest, 'path' | 'query' | 'cancel'>,
    limits: StreamLimits,
  ): AsyncGenerator<string, void, undefined> {
    const { server } = this.#access;
    const place = `${server}${path}`;
    const { signal } = this.#ending;
    const cancel = wish === undefined ? signal : AbortSignal.any([wish, signal]);
    const url = new URL(`${place}?${new URLSearchParams(query).toString()}`);
    let login = await this.#login(cancel, place);
    for (let tried = 1; ; tried += 1) {
      const agents = this.#agents(false, await this.#tls(login));
      try {
        const headers = { accept: 'application/json', ...login.headers };
        return yield* streamLines(agents, { url, headers, cancel }, limits);
      } catch (error) {
        if (cancel.aborted) throw new SealiftError('CANCELLED', { place, cause: error });
        if (!(error instanceof StreamRefused)) throw asCatalogued(error, server, place);
        if (error.answer.status !== 401) throw error;
      } finally {
        agents.close();
      }
      login = await this.#loginAnew(login, tried, cancel, place);
    }
  }

  /**
   * Sends one request and reads its JSON answer. A login that is not accepted is read anew and tried once more: a token that was rotated, a
   * plugin's login that ended before its time. The server has not looked at a request that it answers so.
   *
   * @throws as `KubernetesClient.ask`
   */
  async send(asked: ApiRequest): Promise<ApiAnswer> {
    const place = `${this.#access.server}${asked.path}`;
    // One that outlived its request would hold all of it, and cost an error, for a minute.
    const deadline = new AbortController();
    const late = (): void => deadline.abort(new DOMException('the request took too long', 'TimeoutError'));
    const timer = setTimeout(late, timeoutMs);
    const cancel = asked.cancel === undefined ? deadline.signal : AbortSignal.any([asked.cancel, deadline.signal]);
    try {
      let login = await this.#login(cancel, place);
      for (let tried = 1; ; tried += 1) {
        const answer = await this.#exchange(asked, login, cancel, place);
        if (answer.status !== 401) return answer;
        login = await this.#loginAnew(login, tried, cancel, place);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Asks a program in a pod by HTTPS, through the API server and the pod's kubelet. It has to prove itself by the cluster's own authority, and gets the login.
   *
   * @param forward path of the pod's `portforward` subresource
   * @throws as `KubernetesClient.askPod`
   */
  askPod(
    { forward, servername, ...asked }: { readonly forward: string } & PodAsked,
    cancel: AbortSignal,
  ): Promise<PodAnswer> {
    return this.#withPort({ forward, ...asked }, cancel, (line, { headers, tls }) =>
      askPort(line, { path: asked.path, headers, tls: { ...tls, servername } }, cancel),
    );
  }

  /**
   * Posts to a program in a pod and gives the lines of its answer as they come, until it ends; one that is cut is an error. It has to prove itself by the authority
   * of the login that is given, and gets that one alone.
   *
   * @param forward path of the pod's `portforward` subresource
   * @throws as `KubernetesClient.streamPod`
   */
  streamPod<Result>(
    {
      forward,
      login,
      body,
      servername,
      ...asked
    }: { readonly forward: string } & Omit<PodStreamRequest, 'namespace' | 'pod'>,
    { idleTimeoutMs, deadlineMs, lineLimitBytes }: StreamLimits,
    take: (lines: AsyncGenerator<string, void, undefined>, status: number) => Promise<Result>,
    cancel: AbortSignal,
  ): Promise<Result> {
    const read = (answer: IncomingMessage): Promise<Result> => {
      const lines = linesOf(bodyOf(answer, { idleTimeoutMs, deadlineMs, cancel }), lineLimitBytes, asked.path);
      return take(lines, answer.statusCode ?? 0);
    };
    return this.#withPort({ forward, ...asked }, cancel, (line) =>
      exchangeOverPort(line, { path: asked.path, headers: {}, body, tls: { ...login, servername } }, read, cancel),
    );
  }

  /** Does something with a port of a pod; whoever does it ends the connection. */
  async #withPort<Result>(
    { forward, port }: { readonly forward: string; readonly port: number },
    cancel: AbortSignal,
    work: (
      line: ForwardedPort,
      login: { readonly headers: RequestLogin['headers']; readonly tls: TlsOptions },
    ) => Promise<Result>,
  ): Promise<Result> {
    const { server } = this.#access;
    const place = `${server}${forward}`;
    const { headers, ...pair } = await this.#login(cancel, place);
    const tls = await this.#tls({ headers, ...pair });
    const url = new URL(`${place}?ports=${port}`);
    const agents = this.#agents(false, tls);
    try {
      const agent = agents.agentFor(url);
      const line = await forwardPort(agent, { url, headers, cancel, waitMs: forwardMs }).catch((error: unknown) => {
        if (cancel.aborted || failureOf(error).kind !== 'deadline') throw error;
        return forwardPort(agent, { url, headers, cancel });
      });
      return await work(line, { headers, tls });
    } catch (error) {
      throw asCatalogued(error, server, place);
    } finally {
      agents.close();
    }
  }

  /** Another login than the one that was refused, once. @throws KUBERNETES_LOGIN_REFUSED where there is none: the same would get the same answer */
  async #loginAnew(refused: RequestLogin, tried: number, cancel: AbortSignal, place: string): Promise<RequestLogin> {
    const { credentials, server } = this.#access;
    credentials.forget();
    const login = await this.#login(cancel, place);
    if (tried === 1 && !isSameLogin(refused, login)) return login;
    throw new SealiftError('KUBERNETES_LOGIN_REFUSED', { place: server, hint: credentials.remedy(login) });
  }

  async #exchange(asked: ApiRequest, login: RequestLogin, cancel: AbortSignal, place: string): Promise<ApiAnswer> {
    const { method, query = {}, body, accept = asked.isHealth === true ? '*/*' : 'application/json' } = asked;
    const text = body === undefined ? undefined : JSON.stringify(body);
    const type = asked.contentType ?? (method === 'PATCH' ? 'application/merge-patch+json' : 'application/json');
    const repeatable = method === 'GET' || asked.idempotent === true;
    const { kept, fresh } = await this.#pools(login);
    try {
      // A kept connection may just have been closed by the other side; what changes something must be sent exactly once.
      const answer = await exchange(repeatable ? kept : fresh, {
        method,
        url: new URL(`${place}?${new URLSearchParams(query).toString()}`),
        headers: { accept, ...(text === undefined ? {} : { 'content-type': type }), ...login.headers },
        ...(text === undefined ? {} : { body: text }),
        idleTimeoutMs: timeoutMs,
        repeatable,
        cancel,
      });
      const bytes = await readBody(answer, answerLimitBytes, { idleTimeoutMs: timeoutMs, cancel });
      const status = answer.statusCode ?? 0;
      const askedPauseMs = pauseAsked(answer.headers['retry-after']);
      const said = bytes.toString('utf8');
      return { status, body: asked.isHealth === true ? said : parse(said, status, place), askedPauseMs };
    } catch (error) {
      throw asCatalogued(error, this.#access.server, place, timeoutMs);
    }
  }

  /** A plugin goes on when one request that waits for it is cancelled: others may wait too. */
  async #login(cancel: AbortSignal, place: string): Promise<RequestLogin> {
    if (cancel.aborted) throw new SealiftError('CANCELLED', { place });
    let stop = (): void => undefined;
    const cancelled = new Promise<never>((_resolve, reject) => {
      stop = () => reject(new SealiftError('CANCELLED', { place }));
      cancel.addEventListener('abort', stop, { once: true });
    });
    try {
      return await Promise.race([this.#access.credentials.current(), cancelled]);
    } finally {
      cancel.removeEventListener('abort', stop);
    }
  }

  async #pools(login: RequestLogin): Promise<Pools> {
    const tls = await this.#tls(login);
    // Those of a login that has ended are let go, not closed: what is on its way still arrives.
    if (this.#open === undefined || !isSameMaterial(this.#open.tls, tls)) {
      this.#open = {
        tls,
        kept: this.#agents(true, tls, connections),
        fresh: this.#agents(false, tls, connections),
      };
    }
    return this.#open;
  }

  async #tls({ cert, key }: RequestLogin): Promise<TlsOptions> {
    const { servername, ca: trusted } = this.#access;
    const ca = (await trusted()) ?? (this.#trusted ??= [...trustedCertificates(this.#env)].join('\n'));
    return { ca, cert, key, servername };
  }

  #agents(keepAlive: boolean, tls: TlsOptions, limit?: number): Agents {
    const { proxy } = this.#access;
    const most = limit === undefined ? {} : { connections: limit };
    return new Agents(this.#env, { keepAlive, tls, ...(proxy === undefined ? {} : { proxy }), ...most });
  }
}

function isSameMaterial(a: TlsOptions, b: TlsOptions): boolean {
  return a.ca === b.ca && a.cert === b.cert && a.key === b.key;
}

function isSameLogin(a: RequestLogin, b: RequestLogin): boolean {
  return JSON.stringify([a.headers, a.cert, a.key]) === JSON.stringify([b.headers, b.cert, b.key]);
}

/** @param limitMs how long the answer was waited for, where that was not for the caller to say */
function asCatalogued(error: unknown, server: string, place: string, limitMs?: number): SealiftError {
  if (error instanceof SealiftError) return error;
  if (error instanceof BodyTooLarge) return unusable(error.message, place, error);
  const failure = failureOf(error);
  if (failure.kind === 'cancelled') return new SealiftError('CANCELLED', { place, cause: failure });
  const isLate = failure.kind === 'deadline' && limitMs !== undefined;
  const reason = isLate ? `no answer for ${limitMs / 1000} s` : failure.message;
  const { remedy } = failure;
  return new SealiftError('KUBERNETES_UNREACHABLE', {
    values: { reason: failure.aboutCertificate ? `its certificate is not accepted: ${reason}` : reason },
    place: server,
    about: { kind: 'APIServer', name: server },
    ...(remedy === undefined ? {} : { hint: remedy }),
    cause: failure,
  });
}

function parse(text: string, status: number, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // A load balancer before a server that is away says so in a page, and a proxy that wants a login in a word.
    if (isPassingStatus(status) || status === 401) return undefined;
    throw unusable('it is no JSON', place, error);
  }
}
