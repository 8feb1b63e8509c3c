import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** What a line does wrong: loses every request, holds each, answers for a server that cannot, or says again what was said before. */
export type LineFault = 'cut' | 'slow' | 'unavailable' | 'stale';

/** Which of two peers behind the simulated cluster a fault is of. */
export type LinePeer = 'cluster' | 'vcenter';

interface Said {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

/** How long a slow line holds a request, ms. */
export const slowLineMs = 4000;

/** The line between a console and a simulated cluster, with faults of one kind at a time for each peer behind it. */
export class FaultyLine {
  url = '';
  readonly faults = new Map<LinePeer, LineFault>();
  readonly #target: string;
  readonly #server: Server;
  /** By path: what was said last without a fault. */
  readonly #said = new Map<string, Said>();

  private constructor(target: string) {
    this.#target = target;
    this.#server = createServer((incoming, outgoing) => {
      void this.#pass(incoming, outgoing).catch(() => outgoing.destroy());
    });
  }

  static async before(target: string): Promise<FaultyLine> {
    const line = new FaultyLine(target);
    await new Promise<void>((listening) => line.#server.listen(0, '127.0.0.1', listening));
    line.url = `http://127.0.0.1:${(line.#server.address() as AddressInfo).port}`;
    return line;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/' } = incoming;
    const fault = this.faults.get(url.startsWith('/v1/cluster/') ? 'cluster' : 'vcenter');
    if (fault === 'cut') return void incoming.destroy();
    if (fault === 'unavailable') {
      incoming.resume();
      outgoing.writeHead(503, { 'content-type': 'text/plain' }).end('try again later');
      return;
    }
    const said = fault === 'stale' && method === 'GET' ? this.#said.get(url) : undefined;
    if (said !== undefined) return void outgoing.writeHead(said.status, said.headers).end(said.body);
    if (fault === 'slow') await delay(slowLineMs);
    const answer = await this.#ask(incoming);
    if (method === 'GET' && fault === undefined) this.#said.set(url, answer);
    outgoing.writeHead(answer.status, answer.headers).end(answer.body);
  }

  #ask(incoming: IncomingMessage): Promise<Said> {
    return new Promise((resolve, reject) => {
      const { method, url = '/', headers } = incoming;
      // The cluster answers to its own name alone.
      const passed = { method, headers: { ...headers, host: new URL(this.#target).host } };
      const onward = request(new URL(url, this.#target), passed, (given) => {
        const parts: Buffer[] = [];
        given.on('data', (part: Buffer) => parts.push(part));
        given.once('error', reject);
        given.once('end', () => {
          const type = given.headers['content-type'];
          const told = type === undefined ? {} : { 'content-type': type };
          resolve({ status: given.statusCode ?? 502, headers: told, body: Buffer.concat(parts) });
        });
      });
      onward.once('error', reject);
      incoming.pipe(onward);
    });
  }
}
