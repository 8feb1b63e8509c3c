import swagger from '@fastify/swagger';
import { apiProblemSchema } from '@sealift/core/api';
import type { FastifyInstance, RouteOptions } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { headersOfAnswers, headersTaken } from './headers.ts';
import { refusalResponses, refusalsOf } from './refusals.ts';

/** An operation of the document, as far as it is completed here. */
interface Operation {
  readonly parameters?: readonly object[];
  readonly security?: readonly object[];
  readonly responses?: Readonly<Record<string, object>>;
}

/**
 * Collects the routes' schemas, who may call them and what they refuse into an OpenAPI 3.1 document. Call it before the routes are declared; routes
 * outside `/api` are left out.
 */
export async function registerOpenApi(app: FastifyInstance): Promise<void> {
  const routes = new Map<string, RouteOptions>();
  app.addHook('onRoute', (route) => {
    for (const method of [route.method].flat()) routes.set(nameOf(method, braced(route.url)), route);
  });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Sealift system console',
        version: '1',
        description: 'Everything the console and the command-line program do. Failures are RFC 9457 problem details.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: 'An API token' },
          session: { type: 'apiKey', in: 'cookie', name: 'sealift_session' },
        },
      },
      security: [{ token: [] }, { session: [] }],
    },
    transform: (route) =>
      route.url.startsWith('/api/') ? jsonSchemaTransform(route) : { schema: { hide: true }, url: route.url },
    transformObject: (document) =>
      'openapiObject' in document ? completed(document.openapiObject, routes) : document.swaggerObject,
  });
}

/** Adds what the schemas of routes do not tell: headers, and each refusal under its status. */
function completed<Document extends { paths?: object; components?: object }>(
  document: Document,
  routes: ReadonlyMap<string, RouteOptions>,
): Document {
  const { $schema: _dialect, ...problem } = z.toJSONSchema(apiProblemSchema);
  const paths = Object.entries(document.paths ?? {}).map(([path, item]: [string, Record<string, Operation>]) => [
    path,
    Object.fromEntries(
      Object.entries(item).map(([method, operation]) => {
        const route = routes.get(nameOf(method, path));
        if (route === undefined) throw new TypeError(`${method} ${path} is described and no route`);
        return [method, completedOperation(operation, route, method)];
      }),
    ),
  ]);
  return {
    ...document,
    paths: Object.fromEntries(paths) as object,
    components: { ...document.components, schemas: { Problem: problem } },
  };
}

function completedOperation(operation: Operation, route: RouteOptions, method: string): Operation {
  const headers = headersOfAnswers(route);
  const answers = Object.entries(operation.responses ?? {}).map(([status, answer]) => [status, { ...answer, headers }]);
  const parameters = [...(operation.parameters ?? []), ...headersTaken(route)];
  return {
    ...operation,
    ...(parameters.length === 0 ? {} : { parameters }),
    responses: { ...Object.fromEntries(answers), ...refusalResponses(refusalsOf(route, method.toUpperCase())) },
  };
}

function nameOf(method: string, path: string): string {
  return `${method.toUpperCase()} ${path}`;
}

/** `/a/:b` as OpenAPI writes it, `/a/{b}`. */
function braced(url: string): string {
  return url.replaceAll(/:(\w+)/g, '{$1}');
}
