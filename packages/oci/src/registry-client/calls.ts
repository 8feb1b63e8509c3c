import type { IncomingMessage } from 'node:http';
import { SealiftError } from '@sealift/core/errors';
import type { Agents } from '@sealift/io/http/agents';
import { discard } from '@sealift/io/http/body';
import type { Retry } from '@sealift/io/retry';
import { invalidAnswer } from './answers.ts';
import type { Authenticator, Scope } from './authenticator.ts';
import { isPassingStatus, refusal } from './failures.ts';
import { checkedRepository } from './names.ts';
import { allowed, placeOf } from './origin.ts';
import { withRegistryRetry } from './retry.ts';
import { type Exchange, send } from './transport.ts';

const redirectLimit = 5;
/** A smaller body, in bytes, is sent without asking: it has left before any answer. */
const unaskedBytes = 64 * 1024;

/** One request as a client sends it, with what it is for. */
export interface Call extends Pick<Exchange, 'method' | 'url'>, Partial<Pick<Exchange, 'headers' | 'body' | 'cancel'>> {
  readonly scope: Scope;
  /** Sent once, however it fails: whoever asks knows better what to do then. */
  readonly once?: true;
}

/** A failure that passed, or may: what was asked for is asked for again after a pause. */
export type RegistryRetry = Retry;

/** What the views of one client share: its connections, its logins and what it has learned. */
export interface Connection {
  readonly registry: string;
  readonly origin: URL;
  readonly agents: Agents;
  readonly authenticator: Authenticator;
  /** Where anything is sent at all; undefined where that is anywhere. */
  readonly allowedOrigins: ReadonlySet<string> | undefined;
  /** Whether anything ever answered there. */
  hasAnswered: boolean;
  /** It answered that it knows no HEAD. */
  withoutHead: boolean;
  /** It does not say whether a body may be sent. */
  withoutLeave: boolean;
}

/** How one view of a client calls. */
export interface CallOptions {
  readonly cancel: AbortSignal | undefined;
  readonly idleTimeoutMs: number;
  /** Between the attempts at what failed for a reason that passes; none, and nothing is tried again. */
  readonly retryDelaysMs: readonly number[] | undefined;
  readonly onRetry: ((retry: RegistryRetry) => void) | undefined;
}

/** Calls a registry: with its login, which goes to no other host; along redirects; again, when what fails may pass. */
export class RegistryCalls {
  readonly connection: Connection;
  readonly options: CallOptions;
  /** Where each answer came from, as relative addresses in it are relative to that (RFC 9110, section 10.2.2). */
  readonly #answeredAt = new WeakMap<IncomingMessage, URL>();

  constructor(connection: Connection, options: CallOptions) {
    this.connection = connection;
    this.options = options;
  }

  get idleTimeoutMs(): number {
    return this.options.idleTimeoutMs;
  }

  /** An address below `/v2/<repository>/`. @throws REFERENCE_INVALID */
  url(repository: string, kind: 'blobs' | 'manifests' | 'tags' | 'referrers', rest: string): URL {
    return new URL(`/v2/${checkedRepository(repository)}/${kind}/${rest}`, this.connection.origin);
  }

  /**
   * Sends a request and returns the header of its answer; no status is judged, but those that pass, which are waited for.
   *
   * @throws REGISTRY_BUSY, REGISTRY_FAILED and REGISTRY_UNREACHABLE once attempts are used up; REGISTRY_UNAUTHORIZED, …
   */
  async call(call: Call): Promise<IncomingMessage> {
    if (call.once === true) return await this.#along(call);
    const place = placeOf(call.url);
    const { cancel, onRetry, retryDelaysMs } = this.options;
    const attempt = async (): Promise<IncomingMessage> => {
      const answer = await this.#along(call);
      if (isPassingStatus(answer.statusCode ?? 0)) throw await refusal(answer, place, place);
      return answer;
    };
    return await withRegistryRetry(attempt, {
      cancel: call.cancel ?? cancel,
      delaysMs: retryDelaysMs,
      hasAnswered: () => this.connection.hasAnswered,
      onRetry: (count, delayMs, error) => onRetry?.({ what: place, attempt: count, delayMs, error }),
    });
  }

  /** As `call` with HEAD, or with GET where a registry knows no HEAD; nothing of the body is wanted. */
  async head(call: Omit<Call, 'method'>): Promise<IncomingMessage> {
    const { connection } = this;
    if (!connection.withoutHead) {
      const answer = await this.call({ ...call, method: 'HEAD' });
      discard(answer);
      if (answer.statusCode !== 405 && answer.statusCode !== 501) return answer;
    }
    const answer = await this.call({ ...call, method: 'GET' });
    discard(answer);
    // Only where the two differ is it HEAD that was refused.
    connection.withoutHead ||= answer.statusCode === 200 || answer.statusCode === 404;
    return answer;
  }

  /** The `Location` of an answer. @throws REGISTRY_ANSWER_INVALID, REGISTRY_PLAIN_HTTP_REFUSED */
  location(answer: IncomingMessage): URL {
    const base = this.#answeredAt.get(answer) ?? this.connection.origin;
    const { location } = answer.headers;
    if (location === undefined || !URL.canParse(location, base.href)) {
      throw invalidAnswer('no Location', placeOf(base));
    }
    const url = new URL(location, base);
    // A registry behind a TLS-terminating proxy may not know that it is reached by HTTPS.
    if (base.protocol === 'https:' && url.protocol === 'http:' && url.hostname === base.hostname) {
      url.protocol = 'https:';
      if (url.port === '80' || url.port === '') url.port = base.port;
    }
    if (base.protocol === 'https:' && url.protocol !== 'https:') {
      throw invalidAnswer(`it leads from HTTPS to ${url.protocol}//${url.host}`, placeOf(base));
    }
    return allowed(url);
  }

  /** Follows redirects: all of what only asks; of what brings something those that keep the method (RFC 9110, section 15.4). */
  async #along(call: Call): Promise<IncomingMessage> {
    const asks = call.method === 'GET' || call.method === 'HEAD';
    const followed = asks ? [301, 302, 303, 307, 308] : [307, 308];
    let url = call.url;
    for (let hops = 0; ; hops += 1) {
      const answer = await this.#authorized({ ...call, url });
      this.#answeredAt.set(answer, url);
      // What stands before the registry does not let anybody ask first (RFC 9110, section 15.5.18).
      if (answer.statusCode === 417 && !this.connection.withoutLeave) {
        this.connection.withoutLeave = true;
        discard(answer);
        continue;
      }
      if (!followed.includes(answer.statusCode ?? 0)) return answer;
      discard(answer);
      if (hops === redirectLimit) {
        throw invalidAnswer(`more than ${redirectLimit} redirects`, placeOf(call.url));
      }
      url = this.location(answer);
    }
  }

  /** Sends with the login, where the host is the registry's own; renews it once when it has ended meanwhile. */
  async #authorized(call: Call): Promise<IncomingMessage> {
    const { origin, authenticator } = this.connection;
    if (call.url.origin !== origin.origin) return await this.#send(call);
    const fetch = (exchange: Omit<Call, 'scope'>): Promise<IncomingMessage> =>
      this.#send({ ...exchange, cancel: call.cancel });
    const before = await authenticator.header(call.scope, fetch);
    const first = await this.#send(before === undefined ? call : withHeader(call, before.reveal()));
    if (first.statusCode !== 401) return first;
    const place = placeOf(call.url);
    discard(first);
    const header = await authenticator.answer(first, call.scope, place, fetch);
    const second = await this.#send(withHeader(call, header.reveal()));
    if (second.statusCode === 401) throw await refusal(second, '', place);
    return second;
  }

  async #send({ method, url, headers, body, cancel }: Omit<Call, 'scope'>): Promise<IncomingMessage> {
    const { connection } = this;
    if (connection.allowedOrigins?.has(url.origin) === false) {
      const values = { registry: connection.registry, origin: url.origin };
      throw new SealiftError('REGISTRY_ORIGIN_REFUSED', { values, place: placeOf(connection.origin) });
    }
    const asks = body !== undefined && body.size > unaskedBytes && !connection.withoutLeave;
    const answer = await send(connection.agents, {
      method,
      url,
      ...(headers === undefined ? {} : { headers }),
      ...(body === undefined ? {} : { body }),
      ...(asks ? { askFirst: { onNoWord: () => (connection.withoutLeave = true) } } : {}),
      idleTimeoutMs: this.options.idleTimeoutMs,
      cancel: cancel ?? this.options.cancel,
    });
    connection.hasAnswered = true;
    return answer;
  }
}

function withHeader(call: Call, authorization: string): Call {
  return { ...call, headers: { ...call.headers, authorization } };
}

/** An answer whose status is none of those hoped for. @throws its meaning in the catalogue */
export async function expectStatus(
  answer: IncomingMessage,
  expected: readonly number[],
  what: string,
  url: URL,
): Promise<void> {
  if (!expected.includes(answer.statusCode ?? 0)) throw await refusal(answer, what, placeOf(url));
}
