import { type IncomingMessage, request as httpRequest } from 'node:http';
import type { Duplex } from 'node:stream';
import { connect } from 'node:tls';
import { readBody } from '@sealift/io/http/body';
import type { TlsOptions } from '@sealift/io/http/agents';
import { ConnectionFailure, endedBy } from '@sealift/io/http/failure';

/** What a pod answered. */
export interface PodAnswer {
  readonly status: number;
  readonly text: string;
}

/** One request by HTTPS to what listens on a forwarded port. */
export interface PortRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsOptions;
  /** JSON, which is posted; without it the request is a GET. */
  readonly body?: string;
}

const answerLimitBytes = 64 * 1024;
const silenceMs = 5000;

/** Asks what listens on a forwarded port one question; the connection ends with it, however it ends. */
export function askPort(port: Duplex, asked: PortRequest, cancel: AbortSignal): Promise<PodAnswer> {
  const read = async (answer: IncomingMessage): Promise<PodAnswer> => {
    const text = (await readBody(answer, answerLimitBytes, { idleTimeoutMs: silenceMs, cancel })).toString('utf8');
    return { status: answer.statusCode ?? 0, text };
  };
  return exchangeOverPort(port, asked, read, cancel);
}

/** Sends one request and has its answer read; the connection ends with the reading, however that ends. */
export async function exchangeOverPort<Result>(
  port: Duplex,
  { path, headers, tls, body }: PortRequest,
  read: (answer: IncomingMessage) => Promise<Result>,
  cancel: AbortSignal,
): Promise<Result> {
  if (cancel.aborted) {
    port.destroy();
    throw endedBy(cancel);
  }
  const end = (): void => {
    port.destroy(endedBy(cancel));
  };
  cancel.addEventListener('abort', end, { once: true });
  const secure = connect({ ...tls, socket: port, minVersion: 'TLSv1.2' });
  try {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      port.once('error', reject);
      secure.once('error', reject);
      const posted = body === undefined ? {} : { 'content-type': 'application/json' };
      const request = httpRequest({
        createConnection: () => secure,
        host: tls.servername ?? '',
        path,
        method: body === undefined ? 'GET' : 'POST',
        headers: { accept: '*/*', connection: 'close', ...posted, ...headers },
      });
      request.once('response', resolve);
      request.once('error', reject);
      request.once('close', () => reject(new ConnectionFailure('cut', 'the pod gave no answer')));
      request.end(body);
    });
    return await read(answer);
  } catch (error) {
    if (cancel.aborted) throw endedBy(cancel, error);
    throw error;
  } finally {
    cancel.removeEventListener('abort', end);
    for (const one of [secure, port]) {
      one.on('error', () => undefined);
      one.destroy();
    }
  }
}
