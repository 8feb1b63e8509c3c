import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { CloudEvent, HTTP } from 'cloudevents';
import { Webhook } from 'standardwebhooks';

/** A request that a receiver got. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver of webhooks on loopback. */
export interface WebhookReceiver {
  readonly origin: string;
  readonly requests: ReceivedRequest[];
  /** How the next requests are answered; 204 by itself. */
  answer: (response: ServerResponse, request: ReceivedRequest) => void;
  stop(): Promise<void>;
}

/** Starts a receiver that keeps each request. @param tls for `https://localhost` */
export async function startWebhookReceiver(tls?: {
  readonly key: string;
  readonly cert: string;
}): Promise<WebhookReceiver> {
  const requests: ReceivedRequest[] = [];
  const server = tls === undefined ? createServer() : createTlsServer(tls);
  server.on('request', (request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const received = { method, path: url, headers, body: Buffer.concat(parts).toString('utf8') };
      requests.push(received);
      receiver.answer(response, received);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const receiver: WebhookReceiver = {
    origin: tls === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`,
    requests,
    answer: (response) => void response.writeHead(204).end(),
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return receiver;
}

/**
 * The event of a request, as receivers that use the projects' own libraries read it: signature and time by Standard Webhooks, the event by CloudEvents.
 *
 * @throws where either does not take it
 */
export function readEvent({ headers, body }: ReceivedRequest, key: string): CloudEvent<Record<string, unknown>> {
  const plain = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  new Webhook(key).verify(body, plain);
  const event = HTTP.toEvent<Record<string, unknown>>({ headers: plain, body });
  if (!(event instanceof CloudEvent)) throw new Error('one event was expected, not a batch');
  event.validate();
  return event;
}
