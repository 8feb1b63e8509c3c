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
import type { ConsoleServices } from './services.ts';
import { lockedBy } from '../store/change.ts';
import { loadUpgrade } from '../upgrades/load.ts';
import { upgradeProgress } from '../upgrades/upgrade-view.ts';
import { guardRoutes } from '../http/authenticate.ts';
import { healthRoutes } from './health.ts';
import { registerOpenApi } from './open-api.ts';
import { servePages } from './pages.ts';
import { answerProblems, type LockProgress } from '../http/problems.ts';
import { accessRoutes } from '../accounts/routes.ts';
import { auditRoutes } from '../audit/routes.ts';
import { eventRoutes } from '../notify/routes.ts';
import { platformRoutes } from '../platform/routes.ts';
import { registryRoutes as packRegistryRoutes } from '../catalogue/routes.ts';
import { registryCareRoutes } from '../registry/routes.ts';
import { upgradeRoutes } from '../upgrades/routes.ts';
import { contentSecurityPolicy } from '../http/security-headers.ts';

/** Larger than any values text the API takes; what is larger is refused before it is read. */
const bodyLimitBytes = 16 * 1024 * 1024;

export interface AppOptions {
  readonly services: ConsoleServices;
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
  const { services } = options;
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
      const api = scope.withTypeProvider<ZodTypeProvider>();
      answerProblems(scope, lockProgress(services));
      guardRoutes(scope, services);
      accessRoutes(api, services);
      platformRoutes(api, services);
      packRegistryRoutes(api, services);
      registryCareRoutes(api, services);
      upgradeRoutes(api, services);
      auditRoutes(api, services);
      eventRoutes(api, services);
      done();
    },
    { prefix: '/api/v1' },
  );
  healthRoutes(app, services.store);
  const { registryStorage: storage, registryTokens: tokens } = options;
  if (storage !== undefined) {
    const { db } = services.store;
    const authorize = registryLogin(db, services.registry.secret);
    const readOnly = registryReadOnly(db);
    await app.register(registryRoutes, { storage, authorize, readOnly, ...(tokens === undefined ? {} : { tokens }) });
  }
  if (options.assetsDir !== undefined) await servePages(app, options.assetsDir);
  return app;
}

/** The progress of the upgrade that locks the console, for whoever is refused because of it. */
function lockProgress({ store }: ConsoleServices): LockProgress {
  return async () => {
    const id = await lockedBy(store.db);
    return id === null ? undefined : upgradeProgress(store.db, await loadUpgrade(store.db, id));
  };
}

function tooMany(_request: unknown, context: { ttl: number }): SealiftError {
  return new SealiftError('RATE_LIMITED', { values: { seconds: Math.ceil(context.ttl / 1000) } });
}
