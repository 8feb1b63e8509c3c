import { SealiftError } from '@sealift/core/errors';
import { Agents } from '@sealift/io/http/agents';
import { BodyTooLarge, readBody } from '@sealift/io/http/body';
import type { Environment } from '@sealift/io/http/environment';
import { trustedCertificates } from '@sealift/io/http/certificates';
import { exchange } from '@sealift/io/http/exchange';
import { failureOf } from '@sealift/io/http/failure';
import type { ApiAnswer, ApiRequest } from './exchange.ts';
import type { Access } from './login/access.ts';
import type { RequestLogin } from './login/credential.ts';
import { isPassingStatus, pauseAsked } from './unavailable.ts';
import { unusable } from './unusable.ts';

/** Larger than any page of 500 objects that etcd can hold in practice; an answer beyond it is none of an API server. */
const answerLimitBytes = 64 * 1024 * 1024;
const timeoutMs = 60_000;
const connections = 8;

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
  #open: (Pools & { readonly material: string }) | undefined;

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
  }

  /**
   * Sends one request and reads its JSON answer. A login that is not accepted is read anew and tried once more: a token that was rotated, a
   * plugin's login that ended before its time. The server has not looked at a request that it answers so.
   *
   * @throws as `KubernetesClient.ask`
   */
  async send(asked: ApiRequest): Promise<ApiAnswer> {
    const place = `${this.#access.server}${asked.path}`;
    const deadline = AbortSignal.timeout(timeoutMs);
    const cancel = asked.cancel === undefined ? deadline : AbortSignal.any([asked.cancel, deadline]);
    const first = await this.#login(cancel, place);
    const answer = await this.#exchange(asked, first, cancel, place);
    if (answer.status !== 401) return answer;
    this.#access.credentials.forget();
    const second = await this.#login(cancel, place);
    // The same login would get the same answer.
    const again = isSameLogin(first, second) ? answer : await this.#exchange(asked, second, cancel, place);
    if (again.status !== 401) return again;
    const hint = this.#access.credentials.remedy(second);
    throw new SealiftError('KUBERNETES_LOGIN_REFUSED', { place: this.#access.server, hint });
  }

  async #exchange(asked: ApiRequest, login: RequestLogin, cancel: AbortSignal, place: string): Promise<ApiAnswer> {
    const { method, query = {}, body, accept = 'application/json' } = asked;
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
      return { status, body: parse(bytes.toString('utf8'), status, place), askedPauseMs };
    } catch (error) {
      throw asCatalogued(error, this.#access.server, place);
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

  async #pools({ cert, key }: RequestLogin): Promise<Pools> {
    const { servername, proxy, ca: trusted } = this.#access;
    const ca = (await trusted()) ?? (this.#trusted ??= [...trustedCertificates(this.#env)].join('\n'));
    const material = JSON.stringify([ca, cert, key]);
    // Those of a login that has ended are let go, not closed: what is on its way still arrives.
    if (this.#open?.material !== material) {
      const tls = { ca, cert, key, servername };
      const pool = (keepAlive: boolean): Agents =>
        new Agents(this.#env, { keepAlive, connections, tls, ...(proxy === undefined ? {} : { proxy }) });
      this.#open = { material, kept: pool(true), fresh: pool(false) };
    }
    return this.#open;
  }
}

function isSameLogin(a: RequestLogin, b: RequestLogin): boolean {
  return JSON.stringify([a.headers, a.cert, a.key]) === JSON.stringify([b.headers, b.cert, b.key]);
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

function parse(text: string, status: number, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // A load balancer before a server that is away says so in a page, and a proxy that wants a login in a word.
    if (isPassingStatus(status) || status === 401) return undefined;
    throw unusable('it is no JSON', place, error);
  }
}
