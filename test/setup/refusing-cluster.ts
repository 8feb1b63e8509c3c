import { createServer, request, type Server } from 'node:http';
import { SealiftError, toProblem } from '@sealift/core/errors';

/** Stands in front of a simulated cluster, and refuses what a test says in its place. */
export class RefusingCluster {
  readonly url: string;
  /** Why layers are refused; undefined where they are not. */
  refusal: string | undefined;
  readonly #server: Server;

  private constructor(server: Server, url: string) {
    this.#server = server;
    this.url = url;
  }

  static async before(clusterUrl: string): Promise<RefusingCluster> {
    const refusing: { cluster?: RefusingCluster } = {};
    const server = createServer((asked, answer) => {
      const { method, url = '', headers } = asked;
      const reason = refusing.cluster?.refusal;
      if (method === 'PUT' && url === '/v1/cluster/layers' && reason !== undefined) {
        const error = new SealiftError('SIMULATOR_REFUSED', { values: { reason } });
        asked.resume();
        answer
          .writeHead(error.status, { 'content-type': 'application/problem+json' })
          .end(JSON.stringify(toProblem(error)));
        return;
      }
      // The cluster answers to its own name alone.
      const passed = { method, headers: { ...headers, host: new URL(clusterUrl).host } };
      const onward = request(new URL(url, clusterUrl), passed, (given) => {
        answer.writeHead(given.statusCode ?? 502, given.headers);
        given.pipe(answer);
      });
      onward.once('error', () => answer.destroy());
      answer.once('close', () => onward.destroy());
      asked.pipe(onward);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const address = server.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const cluster = new RefusingCluster(server, `http://127.0.0.1:${port}`);
    refusing.cluster = cluster;
    return cluster;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
