import { createServer, type Server } from 'node:http';
import { Secret } from '@sealift/core/secret';
import { basicCredential } from '@sealift/oci/credential';
import { RegistryClient } from '@sealift/oci/registry-client';
import type { FastifyInstance } from 'fastify';
import { newSecret } from '../accounts/secret-token.ts';
import { type CatalogueContent, FolderContent } from '../catalogue/catalogue-content.ts';
import { packBase } from '../catalogue/content-paths.ts';

/** The user name of the console's own requests to its registry. */
export const internalUser = 'sealift-console';

/**
 * The console's way to the content of its registry: the same protocol as to any other registry, over loopback, with a secret
 * that lives as long as the process.
 */
export class RegistryLink {
  readonly secret = newSecret();
  readonly content: CatalogueContent;
  #client: RegistryClient | undefined;
  #server: Server | undefined;

  /** @param folder where that registry keeps its content */
  constructor(folder: string) {
    this.content = new FolderContent({ folder, base: packBase });
  }

  /** Begins to listen on loopback for the console's own requests. */
  async connect(app: FastifyInstance): Promise<void> {
    const server = createServer((request, response) => app.routing(request, response));
    this.#server = server;
    await new Promise<void>((listening, failed) => {
      server.once('error', failed);
      server.listen(0, '127.0.0.1', listening);
    });
    const address = server.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    this.#client = new RegistryClient({
      registry: `127.0.0.1:${port}`,
      plainHttp: true,
      credential: basicCredential(internalUser, new Secret(this.secret)),
      // A proxy for the outside world must not see these.
      env: {},
    });
  }

  /** A client of the embedded registry; there once the console listens. */
  get client(): RegistryClient {
    if (this.#client === undefined) throw new TypeError('the registry is not connected yet');
    return this.#client;
  }

  async close(): Promise<void> {
    this.#client?.close();
    const server = this.#server;
    if (server === undefined) return;
    const closed = new Promise((done) => server.close(done));
    server.closeAllConnections();
    await closed;
  }
}
