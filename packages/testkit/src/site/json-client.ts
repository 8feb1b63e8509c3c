import { Agent, type RequestOptions, request } from 'node:https';

/** How to reach and to be known to an HTTPS server. */
export interface Access {
  /** `https://127.0.0.1:<port>` */
  readonly server: string;
  /** PEM, as the other two. */
  readonly ca: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly token?: string;
}

export interface JsonAnswer {
  readonly status: number;
  /** What was parsed, or the text where it is no JSON. */
  readonly body: unknown;
}

export interface JsonRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
  /** A kind of JSON, where the server knows several. */
  readonly accept?: string;
}

const maxAnswerBytes = 32 * 1024 * 1024;

/** Sends JSON over HTTPS and reads JSON, bounded in time and size; every status is an answer. */
export class JsonClient {
  readonly server: string;
  readonly #access: Access;
  readonly #agent: Agent;
  readonly #timeoutMs: number;

  constructor(access: Access, { timeoutMs = 15_000 }: { readonly timeoutMs?: number } = {}) {
    this.server = access.server;
    this.#access = access;
    this.#timeoutMs = timeoutMs;
    this.#agent = new Agent({ keepAlive: true, maxSockets: 8, timeout: timeoutMs });
  }

  /** Ends every connection. */
  close(): void {
    this.#agent.destroy();
  }

  /** @throws Error when the server is not reached, is silent for too long, or says too much */
  send({
    method,
    path,
    body,
    contentType = 'application/json',
    accept = 'application/json',
  }: JsonRequest): Promise<JsonAnswer> {
    const { ca, cert, key, token } = this.#access;
    const sentBody = body === undefined ? undefined : JSON.stringify(body);
    const options: RequestOptions = {
      method,
      agent: this.#agent,
      ca,
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      signal: AbortSignal.timeout(this.#timeoutMs),
      headers: {
        accept,
        // Node gives the body of a DELETE no length by itself: it would be taken for the beginning of another request.
        ...(sentBody === undefined
          ? {}
          : { 'content-type': contentType, 'content-length': Buffer.byteLength(sentBody) }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
    };
    return new Promise((resolve, reject) => {
      const sent = request(new URL(path, this.server), options, (answer) => {
        const chunks: Buffer[] = [];
        let size = 0;
        answer.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > maxAnswerBytes)
            answer.destroy(new Error(`${method} ${path}: an answer of more than ${maxAnswerBytes} bytes`));
          else chunks.push(chunk);
        });
        answer.once('error', reject);
        answer.once('end', () =>
          resolve({ status: answer.statusCode ?? 0, body: parse(Buffer.concat(chunks).toString()) }),
        );
      });
      sent.once('error', reject);
      sent.end(sentBody);
    });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
