import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import { LoginAttempts } from '@sealift/registry/login-attempts';
import { type ConnectionGuard, guardConnections } from '@sealift/registry/connections';
import { isRegistryPath, registryRoutes } from '@sealift/registry/routes';
import type { RegistryStorage } from '@sealift/registry/storage';
import type { TokenService } from '@sealift/registry/token-service';
import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { registerOpenApi } from '../open-api/register-open-api.ts';
import { openApiRoutes } from '../open-api/routes.ts';
import { registryHost } from '../registry/registry-host.ts';
import { registryLogin, registryReadOnly } from '../registry/registry-login.ts';
import { apiRoutes } from './api-routes.ts';
import type { ConsoleParts } from './compose.ts';
import { healthRoutes } from './health.ts';
import type { PageFiles } from './page-files.ts';
import { servePages } from './pages.ts';
import { ProcessMetrics } from '../metrics/process-metrics.ts';
import { metricsPath } from '../metrics/routes.ts';
import { ordinaryBodyBytes } from '../http/body-limits.ts';
import { refuseUnknown } from '../http/problems.ts';
import { answerSerializer } from '../http/shared-reads.ts';
import { contentSecurityPolicy } from '../http/security-headers.ts';

/** From one address, where clients connect by themselves; a browser holds six, a bundle some eight. */
const connectionsOfAddress = 500;
const apiPrefix = '/api/v1';

export interface AppOptions {
  readonly parts: ConsoleParts;
  readonly logger?: FastifyBaseLogger;
  /** Addresses (with commas between) whose `X-Forwarded-*` headers tell the truth about scheme and client. */
  readonly trustedProxy?: string;
  /** The built web pages; without them only the API is served. */
  readonly pages?: PageFiles;
  /** The embedded registry's content, served at `/v2/`. */
  readonly registryStorage?: RegistryStorage;
  /** Hands out tokens to clients of the embedded registry. */
  readonly registryTokens?: TokenService;
  /** How long bodies outside the registry are waited for, and refused ones read over. */
  readonly patience?: Pick<ConnectionGuard, 'bodyDeadlineMs' | 'lingerMs'>;
}

/** The HTTP application, not yet listening. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { parts } = options;
  const app = Fastify({
    bodyLimit: ordinaryBodyBytes,
    trustProxy: options.trustedProxy ?? false,
    // Uploads take as long as they take; every other body has the deadline below.
    connectionTimeout: 0,
    requestTimeout: 0,
    forceCloseConnections: 'idle',
    rewriteUrl: ({ url = '' }) => (url === metricsPath ? `${apiPrefix}${metricsPath}` : url),
    routerOptions: { maxParamLength: 500 },
    ...(options.logger === undefined ? {} : { loggerInstance: options.logger }),
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(answerSerializer);
  guardConnections(app, {
    isStream: isRegistryPath,
    refuseUnknown,
    ...options.patience,
    connectionsOfAddress: options.trustedProxy === undefined ? connectionsOfAddress : undefined,
  });
  await app.register(helmet, contentSecurityPolicy);
  await app.register(cookie);
  // One for every door: who guesses at one waits at all of them.
  const attempts = new LoginAttempts();
  const process = new ProcessMetrics(app);
  await registerOpenApi(app);
  await app.register(
    (scope, _options, done) => {
      const api = scope.withTypeProvider<ZodTypeProvider>();
      apiRoutes(api, parts, { attempts, process });
      openApiRoutes(api, app);
      done();
    },
    { prefix: apiPrefix },
  );
  healthRoutes(app, parts.store);
  const { registryStorage: storage, registryTokens: tokens } = options;
  if (storage !== undefined) {
    const { db } = parts.store;
    const authorize = registryLogin(db, parts.ownRegistry.secret);
    const readOnly = registryReadOnly(db);
    await app.register(registryRoutes, {
      storage,
      authorize,
      readOnly,
      attempts,
      host: registryHost(db, storage, (change) => parts.syncOnPush.hear(change)),
      ...(tokens === undefined ? {} : { tokens }),
    });
  }
  if (options.pages !== undefined) servePages(app, options.pages);
  return app;
}
