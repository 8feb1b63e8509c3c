import { reasonOf, SealiftError } from '@sealift/core/errors';
import { makeFolder } from '@sealift/io/make-folder';
import { removeUnfinished } from '@sealift/io/unfinished';
import { fastify } from 'fastify';
import { guardConnections } from '../connections/guard-connections.ts';
import { renewTls, type ServerTls } from '../tls/renew.ts';
import { type FileRoutesOptions, fileRoutes, refuse, unknown } from './file-routes.ts';
import { basePath } from './served-name.ts';

export interface ServeFilesOptions extends FileRoutesOptions {
  /** An address of this machine. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly tls: ServerTls;
  /** Receives one line of JSON at a time about what went wrong in here, such as a full disk. */
  readonly log?: (line: string) => void;
}

/** A file server that is serving. */
export interface ServedFiles {
  readonly port: number;
  /** Shows another certificate from the next connection on; those that are open go on. @throws where key and certificate do not fit */
  renew(tls: ServerTls): void;
  /** Ends it: open connections are closed. */
  close(): Promise<void>;
}

/** From one address; a download fetches over 16 at most. */
const connectionsOfAddress = 200;
/** A writer that still writes has written since. */
const leftoverMs = 15 * 60_000;

/**
 * Serves a folder of bundles, which is made where it is missing, over HTTPS: `GET` and `HEAD` with ranges to whoever may read, `PUT` to whoever may write, a list to nobody.
 *
 * @throws FILE_UNWRITABLE, FILES_LISTEN_FAILED
 */
export async function serveFiles(options: ServeFilesOptions): Promise<ServedFiles> {
  const { folder, host, port, tls, log } = options;
  makeFolder(folder, 0o750);
  await removeUnfinished(folder, leftoverMs);
  const app = fastify({
    forceCloseConnections: true,
    ...(log === undefined
      ? {}
      : { logger: { level: 'warn', redact: ['req.headers.authorization'], stream: { write: log } } }),
    https: { ...tls },
  });
  guardConnections(app, {
    isStream: (url) => url.startsWith(basePath),
    refuseUnknown: (request, reply) => refuse(unknown(request.url), request, reply),
    connectionsOfAddress,
  });
  try {
    await app.register(fileRoutes, options);
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    const values = { address: `${host}:${port}`, reason: reasonOf(error) };
    throw new SealiftError('FILES_LISTEN_FAILED', { values, cause: error });
  }
  const bound = app.addresses().find((address) => typeof address === 'object');
  return {
    port: bound?.port ?? port,
    renew: (next) => renewTls(app.server, next),
    close: () => app.close(),
  };
}
