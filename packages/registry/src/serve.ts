import { reasonOf, SealiftError } from '@sealift/core/errors';
import { fastify } from 'fastify';
import { guardConnections } from './connections/guard-connections.ts';
import { type Authorize, isRegistryPath, registryRoutes } from './routes/routes.ts';
import { RegistryStorage } from './storage/storage.ts';
import { renewTls, type ServerTls } from './tls/renew.ts';
import { TokenService } from './tokens/token-service.ts';

export interface ServeRegistryOptions {
  readonly storageDir: string;
  /** An address of this machine; without TLS only a loopback one. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly authorize: Authorize;
  /** False asks clients for Basic with every request, for those that know no token service. */
  readonly tokens?: boolean;
  /** Certificate chain and private key, PEM. */
  readonly tls?: ServerTls;
  readonly idleTimeoutMs?: number;
  /** Receives one line of JSON at a time about what went wrong in here, such as a full disk. */
  readonly log?: (line: string) => void;
  /** The most all content together may take, in bytes. */
  readonly quotaBytes?: number | undefined;
  /** The most upload sessions at a time. */
  readonly uploadSessions?: number | undefined;
}

/** A registry that is serving. */
export interface ServedRegistry {
  /** `host:port`, as image references begin with. */
  readonly registry: string;
  readonly url: string;
  readonly storage: RegistryStorage;
  /** Shows another certificate from the next connection on; those that are open go on. @throws where key and certificate do not fit */
  renew(tls: ServerTls): void;
  /** Ends it: open connections are closed. */
  close(): Promise<void>;
}

/** From one address; a bundle uploads over some eight at a time. */
const connectionsOfAddress = 500;

const redact = ['req.headers.authorization'];

/**
 * Serves a registry by itself, without a console.
 *
 * @throws REGISTRY_PLAIN_HTTP_REFUSED for an address others can reach without TLS; REGISTRY_LISTEN_FAILED; STORAGE_IN_USE
 */
export async function serveRegistry(options: ServeRegistryOptions): Promise<ServedRegistry> {
  const { host, tls } = options;
  if (tls === undefined && !/^(?:127(?:\.\d{1,3}){3}|::1|localhost)$/.test(host)) {
    throw new SealiftError('REGISTRY_PLAIN_HTTP_REFUSED', { values: { host } });
  }
  const storage = await RegistryStorage.open(options.storageDir, options);
  try {
    return await serve(options, storage);
  } catch (error) {
    storage.close();
    throw error;
  }
}

async function serve(options: ServeRegistryOptions, storage: RegistryStorage): Promise<ServedRegistry> {
  const { host, port, tls, log } = options;
  const server = fastify({
    forceCloseConnections: true,
    ...(log === undefined ? {} : { logger: { level: 'warn', redact, stream: { write: log } } }),
    https: tls === undefined ? null : { ...tls },
  });
  guardConnections(server, {
    isStream: isRegistryPath,
    refuseUnknown: (_request, reply) =>
      reply.code(404).send({ errors: [{ code: 'UNSUPPORTED', message: 'not served here' }] }),
    connectionsOfAddress,
  });
  await server.register(registryRoutes, {
    storage,
    authorize: options.authorize,
    ...(options.tokens === false ? {} : { tokens: await TokenService.open(options.storageDir) }),
    ...(options.idleTimeoutMs === undefined ? {} : { idleTimeoutMs: options.idleTimeoutMs }),
  });
  try {
    await server.listen({ host, port });
  } catch (error) {
    await server.close();
    const values = { address: `${host}:${port}`, reason: reasonOf(error) };
    throw new SealiftError('REGISTRY_LISTEN_FAILED', { values, cause: error });
  }
  const bound = server.addresses().find((address) => typeof address === 'object');
  const registry = `${host.includes(':') ? `[${host}]` : host}:${bound?.port ?? port}`;
  return {
    registry,
    url: `${tls === undefined ? 'http' : 'https'}://${registry}`,
    storage,
    renew: (next) => renewTls(server.server, next),
    close: async () => {
      await server.close();
      storage.close();
    },
  };
}
