import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import { SealiftError } from '@sealift/core/errors';
import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import type { ConsoleServices } from '../services.ts';
import { guardRoutes } from './authenticate.ts';
import { healthRoutes } from './health.ts';
import { registerOpenApi } from './open-api.ts';
import { servePages } from './pages.ts';
import { answerProblems } from './problems.ts';
import { accessRoutes } from './routes/access.ts';
import { auditRoutes } from './routes/audit.ts';
import { eventRoutes } from './routes/events.ts';
import { contentSecurityPolicy } from './security-headers.ts';

/** Larger than any values text the API takes; what is larger is refused before it is read. */
const bodyLimitBytes = 16 * 1024 * 1024;

export interface AppOptions {
  readonly services: ConsoleServices;
  readonly logger?: FastifyBaseLogger;
  /** Folder of the built web pages; without it only the API is served. */
  readonly assetsDir?: string;
}

/** The HTTP application, not yet listening. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { services } = options;
  const app = Fastify({
    bodyLimit: bodyLimitBytes,
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
      answerProblems(scope, () => Promise.resolve(undefined));
      guardRoutes(scope, services);
      accessRoutes(api, services);
      auditRoutes(api, services);
      eventRoutes(api, services);
      done();
    },
    { prefix: '/api/v1' },
  );
  healthRoutes(app, services.store);
  if (options.assetsDir !== undefined) await servePages(app, options.assetsDir);
  return app;
}

function tooMany(_request: unknown, context: { ttl: number }): SealiftError {
  return new SealiftError('RATE_LIMITED', { values: { seconds: Math.ceil(context.ttl / 1000) } });
}
