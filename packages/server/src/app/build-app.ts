import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import { SealiftError } from '@sealift/core/errors';
import { registryRoutes } from '@sealift/registry/routes';
import type { RegistryStorage } from '@sealift/registry/storage';
import type { TokenService } from '@sealift/registry/token-service';
import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { registryLogin, registryReadOnly } from '../registry/registry-login.ts';
import { apiRoutes } from './api-routes.ts';
import type { ConsoleParts } from './compose.ts';
import { healthRoutes } from './health.ts';
import { registerOpenApi } from './open-api.ts';
import { servePages } from './pages.ts';
import { contentSecurityPolicy } from '../http/security-headers.ts';

/** Larger than any values text the API takes; what is larger is refused before it is read. */
const bodyLimitBytes = 16 * 1024 * 1024;

export interface AppOptions {
  readonly parts: ConsoleParts;
  readonly logger?: FastifyBaseLogger;
  /** Addresses (with commas between) whose `X-Forwarded-*` headers tell the truth about scheme and client. */
  readonly trustedProxy?: string;
  /** Folder of the built web pages; without it only the API is served. */
  readonly assetsDir?: string;
  /** The embedded registry's content, served at `/v2/`. */
  readonly registryStorage?: RegistryStorage;
  /** Hands out tokens to clients of the embedded registry. */
  readonly registryTokens?: TokenService;
}

/** The HTTP application, not yet listening. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { parts } = options;
  const app = Fastify({
    bodyLimit: bodyLimitBytes,
    trustProxy: options.trustedProxy ?? false,
    // Slow senders may not hold a connection for ever; the registry's routes set their own limit.
    connectionTimeout: 0,
    requestTimeout: 0,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 500 },
    ...(options.logger === undefined ? {} : { loggerInstance: options.logger }),
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  await app.register(helmet, contentSecurityPolicy);
  await app.register(cookie);
  await app.register(rateLimit, { global: false, errorResponseBuilder: tooMany });
  await registerOpenApi(app);
  await app.register(
    (scope, _options, done) => {
      apiRoutes(scope.withTypeProvider<ZodTypeProvider>(), parts);
      done();
    },
    { prefix: '/api/v1' },
  );
  healthRoutes(app, parts.store);
  const { registryStorage: storage, registryTokens: tokens } = options;
  if (storage !== undefined) {
    const { db } = parts.store;
    const authorize = registryLogin(db, parts.registry.secret);
    const readOnly = registryReadOnly(db);
    await app.register(registryRoutes, { storage, authorize, readOnly, ...(tokens === undefined ? {} : { tokens }) });
  }
  if (options.assetsDir !== undefined) await servePages(app, options.assetsDir);
  return app;
}

function tooMany(_request: unknown, context: { ttl: number }): SealiftError {
  return new SealiftError('RATE_LIMITED', { values: { seconds: Math.ceil(context.ttl / 1000) } });
}
