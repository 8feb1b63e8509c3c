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

const answerLimitBytes = 64 * 1024;
const silenceMs = 5000;

/** Asks what listens on a forwarded port one question by HTTPS; the connection ends with it, however it ends. */
export async function askPort(
  port: Duplex,
  asked: { readonly path: string; readonly headers: Readonly<Record<string, string>>; readonly tls: TlsOptions },
  cancel: AbortSignal,
): Promise<PodAnswer> {
  if (cancel.aborted) {
    port.destroy();
    throw endedBy(cancel);
  }
  const { path, headers, tls } = asked;
  const end = (): void => {
    port.destroy(endedBy(cancel));
  };
  cancel.addEventListener('abort', end, { once: true });
  const secure = connect({ ...tls, socket: port, minVersion: 'TLSv1.2' });
  try {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      port.once('error', reject);
      secure.once('error', reject);
      const request = httpRequest({
        createConnection: () => secure,
        host: tls.servername ?? '',
        path,
        headers: { accept: '*/*', connection: 'close', ...headers },
      });
      request.once('response', resolve);
      request.once('error', reject);
      request.once('close', () => reject(new ConnectionFailure('cut', 'the pod gave no answer')));
      request.end();
    });
    const text = (await readBody(answer, answerLimitBytes, { idleTimeoutMs: silenceMs, cancel })).toString('utf8');
    return { status: answer.statusCode ?? 0, text };
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
