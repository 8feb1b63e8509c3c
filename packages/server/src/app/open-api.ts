import swagger from '@fastify/swagger';
import { apiProblemSchema } from '@sealift/core/api';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { z } from 'zod';

/** Collects the routes' schemas into an OpenAPI 3.1 description. Routes outside `/api` are left out. */
export async function registerOpenApi(app: FastifyInstance): Promise<void> {
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
      'openapiObject' in document ? withProblems(document.openapiObject) : document.swaggerObject,
  });
}

/** Every operation may fail, and all fail in one shape. */
function withProblems<Document extends { paths?: object; components?: object }>(document: Document): Document {
  const { $schema: _dialect, ...problem } = z.toJSONSchema(apiProblemSchema);
  const failure = { description: 'What failed, where, and the remedy', content: problemContent };
  const paths = Object.entries(document.paths ?? {}).map(([path, item]: [string, Record<string, object>]) => [
    path,
    Object.fromEntries(Object.entries(item).map(([method, operation]) => [method, withDefault(operation, failure)])),
  ]);
  return {
    ...document,
    paths: Object.fromEntries(paths) as object,
    components: { ...document.components, schemas: { Problem: problem } },
  };
}

const problemContent = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };

function withDefault(operation: object, failure: object): object {
  const responses = 'responses' in operation ? operation.responses : {};
  return { ...operation, responses: { ...(responses as object), default: failure } };
}
