import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { testKey } from '@sealift/testkit/certificates';

/** Servers of one test, all ended at its end, with their connections. */
export class Peers {
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();

  http(listener: RequestListener): Promise<number> {
    return this.#listen(createHttpServer({ keepAliveTimeout: 0 }, listener));
  }

  https(cert: string, listener: RequestListener): Promise<number> {
    return this.#listen(createHttpsServer({ key: testKey, cert, keepAliveTimeout: 0 }, listener));
  }

  tcp(listener: (socket: Socket) => void): Promise<number> {
    return this.#listen(createTcpServer(listener));
  }

  /** Connections that are open, as this side sees them. */
  get connections(): number {
    return this.#sockets.size;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(this.#servers.splice(0).map((server) => new Promise((closed) => server.close(closed))));
  }

  async #listen(server: Server): Promise<number> {
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      // A server of Node.js would keep what its client has left for as long as it owes an answer.
      socket.once('end', () => socket.destroy());
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.#servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('it has no port');
    return address.port;
  }
}
