import type { Agent } from 'node:http';
import { ConnectionFailure, endedBy } from '@sealift/io/http/failure';
import { WebSocket } from 'ws';
import { channelProtocol, ForwardedPort, messageLimitBytes } from './forwarded-port.ts';

export interface Forward {
  /** Of the `portforward` subresource with its port, `https:`. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly cancel: AbortSignal;
  /** How long it may take, in milliseconds. */
  readonly waitMs?: number;
}

/**
 * Connects to a port of a pod through the API server and the pod's kubelet (Kubernetes API, `pods/portforward`, as WebSocket channels). Nobody
 * listens there until something is sent: that the port is closed is an error of the connection, later.
 *
 * @throws ConnectionFailure
 */
export async function forwardPort(agent: Agent, { url, headers, cancel, waitMs }: Forward): Promise<ForwardedPort> {
  const late = new AbortController();
  const timer = waitMs === undefined ? undefined : setTimeout(() => late.abort(timedOut(waitMs)), waitMs);
  try {
    return await connect(agent, { url, headers, cancel: AbortSignal.any([cancel, late.signal]) });
  } finally {
    clearTimeout(timer);
  }
}

function timedOut(waitMs: number): DOMException {
  return new DOMException(`no port was forwarded within ${waitMs / 1000} s`, 'TimeoutError');
}

async function connect(agent: Agent, { url, headers, cancel }: Omit<Forward, 'waitMs'>): Promise<ForwardedPort> {
  if (cancel.aborted) throw endedBy(cancel);
  const socket = new WebSocket(url, [channelProtocol], {
    agent,
    headers: { ...headers },
    followRedirects: false,
    perMessageDeflate: false,
    maxPayload: messageLimitBytes,
  });
  const port = new ForwardedPort(socket);
  try {
    await new Promise<void>((resolve, reject) => {
      const stop = (): void => reject(endedBy(cancel));
      cancel.addEventListener('abort', stop, { once: true });
      port.once('error', reject);
      port.once('close', () => {
        cancel.removeEventListener('abort', stop);
        reject(new ConnectionFailure('cut', 'the connection to the pod was closed'));
      });
      socket.once('open', () => {
        cancel.removeEventListener('abort', stop);
        resolve();
      });
      socket.once('unexpected-response', (request, answer) => {
        answer.resume();
        request.destroy();
        reject(
          new ConnectionFailure('not-http', `no port of the pod is forwarded: HTTP status ${answer.statusCode ?? 0}`),
        );
      });
    });
    return port;
  } catch (error) {
    // What it says after that is of no use to anybody.
    port.on('error', () => undefined);
    port.destroy();
    throw error;
  }
}
