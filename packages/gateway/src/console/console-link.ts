import { createHash, sign } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import {
  gatewayMarkerSchema,
  type GatewayOrders,
  gatewayOrdersSchema,
  type GatewayReport,
  gatewaySelfSchema,
  gatewayWaitSchema,
} from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { signatureBase, signedHeaders } from '@sealift/core/gateway';
import { Agents } from '@sealift/io/http/agents';
import { bodyOf, readBody, readRefusal } from '@sealift/io/http/body';
import type { Environment } from '@sealift/io/http/environment';
import { type Exchange, exchange } from '@sealift/io/http/exchange';
import type { z } from 'zod';
import type { Identity } from '../identity/identity.ts';
import { away, failed, refusal } from './faults.ts';
import type { Sequence } from './sequence.ts';

const timeoutMs = 30_000;
const maxAnswerBytes = 64 * 1024;
/** A marker of 10,000 images, as JSON in JSON. */
const maxMarkerBytes = 20 * 1024 * 1024;
const api = '/api/v1';

/** What a link is made with. */
export interface LinkOptions {
  readonly identity: Identity;
  /** Only reports need it. */
  readonly sequence?: Sequence;
  /** Proxy and CA variables. */
  readonly env: Environment;
  readonly cancel: AbortSignal;
}

/**
 * A gateway's way to its console: requests over HTTPS that it signs, answers that are checked and bounded. What is not the gateway's own fault is
 * GATEWAY_CONSOLE_AWAY, also a refusal that passes, such as 429.
 */
export class ConsoleLink {
  readonly #options: LinkOptions;
  readonly #agents: Agents;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#agents = new Agents(options.env, { keepAlive: false });
  }

  /** Whether the console takes what this gateway signs. @throws GATEWAY_CONSOLE_AWAY, GATEWAY_CONSOLE_REFUSED, CANCELLED */
  async self(): Promise<void> {
    await this.#json('GET', '/gateway/self', gatewaySelfSchema);
  }

  /** Tells what the gateway is, and hears what it is to do. @throws as `self` */
  async report(report: GatewayReport): Promise<GatewayOrders> {
    return await this.#json('POST', '/gateway/report', gatewayOrdersSchema, { body: report });
  }

  /** Waits for word. @throws as `self` */
  async wait(revision: number, seconds: number): Promise<z.output<typeof gatewayWaitSchema>> {
    const path = `/gateway/wait?revision=${revision}&seconds=${seconds}`;
    return await this.#json('GET', path, gatewayWaitSchema, { answerMs: timeoutMs + seconds * 1000 });
  }

  /** A release marker, unverified. @throws as `self` */
  async marker(digest: string): Promise<z.output<typeof gatewayMarkerSchema>> {
    return await this.#json('GET', `/gateway/releases/${digest}`, gatewayMarkerSchema, { limitBytes: maxMarkerBytes });
  }

  /** An executable from a byte on, unverified. @throws as `self`, also while it is read */
  async *executable(sha256: string, from: number): AsyncGenerator<Uint8Array> {
    const { cancel } = this.#options;
    const answer = await this.#ask('GET', `/gateway/executables/${sha256}?from=${from}`, {});
    try {
      yield* bodyOf(answer, { idleTimeoutMs: timeoutMs, cancel });
    } catch (error) {
      throw failed(this.#options.identity.url, error);
    }
  }

  async #json<Schema extends z.ZodType>(
    method: 'GET' | 'POST',
    path: string,
    schema: Schema,
    more: { readonly body?: object; readonly limitBytes?: number; readonly answerMs?: number } = {},
  ): Promise<z.output<Schema>> {
    const { url } = this.#options.identity;
    const { cancel } = this.#options;
    const answer = await this.#ask(method, path, more);
    let bytes: Buffer;
    try {
      const limits = { idleTimeoutMs: timeoutMs, deadlineMs: 10 * timeoutMs, cancel };
      bytes = await readBody(answer, more.limitBytes ?? maxAnswerBytes, limits);
    } catch (error) {
      throw failed(url, error);
    }
    const parsed = schema.safeParse(parseJson(bytes));
    // A login page of a proxy answers 200 too.
    if (!parsed.success) throw away(url, `what answers ${path.split('?')[0]} is not a console`);
    return parsed.data;
  }

  async #ask(
    method: 'GET' | 'POST',
    path: string,
    { body, answerMs = timeoutMs }: { readonly body?: object; readonly answerMs?: number },
  ): Promise<IncomingMessage> {
    const { identity, env: _env, cancel } = this.#options;
    const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const request: Exchange = {
      method,
      url: new URL(`${identity.url}${api}${path}`),
      headers: {
        accept: 'application/json, application/octet-stream;q=0.9',
        ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
        ...(await this.#signed(method, path, payload)),
      },
      ...(payload === undefined ? {} : { body: payload }),
      idleTimeoutMs: answerMs,
      repeatable: false,
      cancel,
    };
    let answer: IncomingMessage;
    try {
      answer = await exchange(this.#agents, request);
    } catch (error) {
      throw failed(identity.url, error);
    }
    if (answer.statusCode === 200) return answer;
    throw refusal(identity.url, answer, await readRefusal(answer));
  }

  async #signed(method: string, path: string, payload: Buffer | undefined): Promise<Record<string, string>> {
    const { identity, sequence } = this.#options;
    const [route = '', query] = path.split('?');
    const request = {
      method,
      path: `${api}${route}`,
      query: query === undefined ? '?' : `?${query}`,
      contentDigest: `sha-256=:${createHash('sha256')
        .update(payload ?? '')
        .digest('base64')}:`,
      // Reading the same twice harms nobody: only what changes something is numbered.
      sequence: payload === undefined || sequence === undefined ? 0 : await sequence.next(),
      gatewayId: identity.id,
    };
    const signature = sign(null, Buffer.from(signatureBase(request)), identity.key);
    return signedHeaders(request, signature.toString('base64'));
  }
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Whether a failure says nothing about this gateway or its executable: it passes by itself, or with the console. */
export function isOutside(error: unknown): boolean {
  return error instanceof SealiftError && error.code === 'GATEWAY_CONSOLE_AWAY';
}
