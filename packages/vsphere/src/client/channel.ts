import type { Agents } from '@sealift/io/http/agents';
import { discard } from '@sealift/io/http/body';
import type { Environment } from '@sealift/io/http/environment';
import { ConnectionFailure } from '@sealift/io/http/failure';
import type { Verification } from '@sealift/io/http/verification';
import { type Retry, withRetry } from '@sealift/io/retry';
import type { IncomingMessage } from 'node:http';
import { isSealiftError, SealiftError } from '@sealift/core/errors';
import { bodyOf, exchange, invalidAnswer, placeOf } from '../connection/exchange.ts';
import { vcenterServer } from '../connection/server.ts';
import { printThumbprint, thumbprintOf } from '../connection/thumbprint.ts';
import { agentsFor, establishTrust, presented, type TrustOptions } from '../connection/trust.ts';
import { askedPauseMs, unavailable } from '../connection/unavailable.ts';
import { children, type XmlElement } from '@sealift/io/xml/element';
import { XmlReader, type XmlLimits, XmlRefused } from '@sealift/io/xml/read-xml';
import { ShapeError } from '../xml/decode.ts';
import { type SoapCall, vimService } from './call.ts';
import { bodyElement, printCall } from './envelope.ts';
import { soapFault } from './fault.ts';

/** An import specification of many disks or a page of properties has some megabytes; nothing legitimate has more. */
const answerLimits: XmlLimits = { bytes: 32 * 1024 * 1024, depth: 64, elements: 250_000 };
const defaultTimeoutMs = 120_000;
const idleTimeoutMs = 60_000;
/** How long the whole of an answer may take once it began, in milliseconds. */
const wholeAnswerMs = 600_000;

/** Half a minute: a short overload passes; a restart takes longer, and is waited for where something would be lost. */
const defaultDelaysMs = [500, 1000, 2000, 4000, 8000, 15_000];

export interface ChannelOptions extends TrustOptions {
  readonly url: URL;
  readonly env: Environment;
  readonly connections: number;
  /** Waits before a call is sent again that was answered with a status that passes, in milliseconds. */
  readonly retryDelaysMs?: readonly number[] | undefined;
  /** Told of each call that is about to be sent again. */
  readonly onRetry?: ((retry: Retry) => void) | undefined;
}

/** Verified connections to one vCenter, and one SOAP call over them. Knows nothing of logins but the cookie it is handed. */
export class Channel {
  readonly url: URL;
  readonly verification: Verification | undefined;
  readonly #env: Environment;
  readonly #retryDelaysMs: readonly number[];
  readonly #onRetry: ChannelOptions['onRetry'];
  /** Kept connections, for calls that may be sent twice. */
  readonly #kept: Agents;
  /** A connection for each call: it is never one that the other side has just closed, so the call is sent exactly once. */
  readonly #fresh: Agents;

  private constructor(options: ChannelOptions, verification: Verification | undefined) {
    this.url = options.url;
    this.verification = verification;
    this.#env = options.env;
    this.#retryDelaysMs = options.retryDelaysMs ?? defaultDelaysMs;
    this.#onRetry = options.onRetry;
    const { env, connections } = options;
    this.#kept = agentsFor(verification, env, { keepAlive: true, connections });
    this.#fresh = agentsFor(verification, env, { keepAlive: false, connections });
  }

  /** @throws VSPHERE_URL_INVALID, FILE_NOT_FOUND, FILE_UNREADABLE, VSPHERE_THUMBPRINT_MISMATCH, VSPHERE_UNREACHABLE */
  static async open(options: ChannelOptions): Promise<Channel> {
    if (options.url.protocol === 'http:') return new Channel(options, undefined);
    return new Channel(options, await establishTrust(options.url, options, options.env));
  }

  close(): void {
    this.#kept.close();
    this.#fresh.close();
  }

  /** A document below the address, or undefined where there is none; no login is sent. @throws VSPHERE_UNAVAILABLE, as `send` */
  async getDocument(path: string, cancel: AbortSignal | undefined): Promise<XmlElement | undefined> {
    const url = new URL(path, this.url);
    return await this.#untilTaken(true, cancel, async () => {
      const answer = await this.#exchange({ method: 'GET', url, idleTimeoutMs, repeatable: true, cancel });
      if (answer.statusCode === 200) return await readAnswer(answer, placeOf(url), idleTimeoutMs, cancel);
      discard(answer);
      const passing = unavailable(answer, vcenterServer, placeOf(url));
      if (passing !== undefined) throw passing;
      return undefined;
    });
  }

  /**
   * Sends one call, and once more where it may be and the server took none at the moment.
   *
   * @returns what the method returned, and the session's cookie where the answer sets one
   * @throws VSPHERE_… by the type of the fault; VSPHERE_ANSWER_INVALID, VSPHERE_UNAVAILABLE, VSPHERE_UNREACHABLE, VSPHERE_CERTIFICATE_UNTRUSTED,
   *   CANCELLED
   */
  async send<Result>(
    call: SoapCall<Result>,
    version: string,
    cookie: string | undefined,
  ): Promise<{ readonly result: Result; readonly cookie: string | undefined }> {
    const again = call.repeatable === true || call.idempotent === true;
    return await this.#untilTaken(again, call.cancel, () => this.#sendOnce(call, version, cookie));
  }

  async #untilTaken<Result>(
    again: boolean,
    cancel: AbortSignal | undefined,
    send: () => Promise<Result>,
  ): Promise<Result> {
    return await withRetry(send, {
      passes: (error) => again && isSealiftError(error, 'VSPHERE_UNAVAILABLE'),
      delaysMs: this.#retryDelaysMs,
      jitter: true,
      askedMs: askedPauseMs,
      cancel,
      onRetry: (attempt, delayMs, error) => this.#onRetry?.({ what: placeOf(this.url), attempt, delayMs, error }),
    });
  }

  async #sendOnce<Result>(
    call: SoapCall<Result>,
    version: string,
    cookie: string | undefined,
  ): Promise<{ readonly result: Result; readonly cookie: string | undefined }> {
    const { method, on, args = [], cancel, timeoutMs = defaultTimeoutMs } = call;
    const service = call.service ?? vimService;
    const url = new URL(service.path, this.url);
    const place = `${placeOf(url)} ${method}`;
    const answer = await this.#exchange({
      method: 'POST',
      url,
      headers: {
        'content-type': 'text/xml; charset=utf-8',
        soapaction: `"${service.namespace}/${service.version ?? version}"`,
        ...(cookie === undefined ? {} : { cookie }),
      },
      body: printCall(service.namespace, method, on, args),
      idleTimeoutMs: Math.max(idleTimeoutMs, timeoutMs),
      answerTimeoutMs: timeoutMs,
      repeatable: call.repeatable === true,
      cancel,
    });
    const status = answer.statusCode ?? 0;
    // SOAP 1.1 over HTTP: a fault comes with status 500.
    if (status !== 200 && status !== 500) {
      discard(answer);
      throw unavailable(answer, vcenterServer, place) ?? invalidAnswer(`HTTP status ${status}`, place);
    }
    const found = bodyElement(await readAnswer(answer, place, timeoutMs, cancel));
    if (found?.name === 'Fault') throw soapFault(found, place);
    if (found?.name !== `${method}Response`) throw invalidAnswer('it is no SOAP answer to the call', place);
    return { result: decoded(call, found, place), cookie: sessionCookie(answer) };
  }

  async #exchange(wanted: Parameters<typeof exchange>[1]): Promise<IncomingMessage> {
    try {
      return await exchange(wanted.repeatable ? this.#kept : this.#fresh, wanted);
    } catch (error) {
      if (!(error instanceof SealiftError) || error.code !== 'VSPHERE_CERTIFICATE_UNTRUSTED') throw error;
      // Of one that has expired the thumbprint is of no use: it would not be accepted either.
      if (error.cause instanceof ConnectionFailure && error.cause.aboutTime) throw error;
      throw await this.#untrusted(error);
    }
  }

  /** Says which certificate it was, so that a person can compare it with what vCenter shows. */
  async #untrusted(error: SealiftError): Promise<SealiftError> {
    const certificate = await presented(this.url, this.#env).catch(() => undefined);
    const thumbprint = certificate === undefined ? undefined : thumbprintOf(certificate);
    if (thumbprint === undefined) return error;
    const reason = error.cause instanceof Error ? error.cause.message : '';
    const values = {
      server: vcenterServer.name,
      reason,
      presented: `; the one presented has the SHA-256 thumbprint ${printThumbprint(thumbprint)}`,
    };
    return new SealiftError('VSPHERE_CERTIFICATE_UNTRUSTED', {
      values,
      place: this.url.origin,
      hint: error.hint,
      cause: error.cause,
    });
  }
}

async function readAnswer(
  answer: IncomingMessage,
  place: string,
  timeoutMs: number,
  cancel: AbortSignal | undefined,
): Promise<XmlElement> {
  const reader = new XmlReader(answerLimits);
  const chunks = bodyOf(answer, {
    limitBytes: answerLimits.bytes,
    idleTimeoutMs: timeoutMs,
    deadlineMs: wholeAnswerMs,
    place,
    cancel,
  });
  try {
    for await (const chunk of chunks) reader.write(chunk);
    return reader.end();
  } catch (error) {
    if (error instanceof XmlRefused) throw invalidAnswer(error.message, place, error);
    throw error;
  }
}

function decoded<Result>(call: SoapCall<Result>, response: XmlElement, place: string): Result {
  try {
    return call.result(children(response, 'returnval'));
  } catch (error) {
    if (error instanceof ShapeError) throw invalidAnswer(error.message, place, error);
    throw error;
  }
}

/** The one cookie that matters; its value is vCenter's to choose, but not to break a header with. */
function sessionCookie(answer: IncomingMessage): string | undefined {
  for (const header of answer.headers['set-cookie'] ?? []) {
    const found = /^vmware_soap_session=("?)([\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]{1,1000})\1(?:;|$)/.exec(header);
    if (found !== null) return `vmware_soap_session=${found[1]}${found[2]}${found[1]}`;
  }
  return undefined;
}
