import swagger from '@fastify/swagger';
import { apiProblemSchema } from '@sealift/core/api';
import type { FastifyInstance, RouteOptions } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { Components } from './components.ts';
import { headersOfAnswers, headersTaken } from './headers.ts';
import { refusalResponses, refusalsOf } from './refusals.ts';

/** An operation of the document, as far as it is completed here. */
interface Operation {
  readonly parameters?: readonly object[];
  readonly requestBody?: Described;
  readonly security?: readonly object[];
  readonly responses?: Readonly<Record<string, Described>>;
}

/** A body, as OpenAPI describes it. */
interface Described {
  readonly content?: Readonly<Record<string, { readonly schema?: object }>>;
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

/** What the recursive schema of `z.json()` is called where it is referred to: any value of JSON. */
const anyJson = { description: 'Any value of JSON' };

/** Adds what the schemas of routes do not tell: headers, and each refusal under its status. */
function completed<Document extends { paths?: object; components?: object }>(
  document: Document,
  routes: ReadonlyMap<string, RouteOptions>,
): Document {
  const { $schema: _dialect, ...problem } = z.toJSONSchema(apiProblemSchema);
  const components = new Components();
  const paths = Object.entries(document.paths ?? {}).map(([path, item]: [string, Record<string, Operation>]) => [
    path,
    Object.fromEntries(
      Object.entries(item).map(([method, operation]) => {
        const route = routes.get(nameOf(method, path));
        if (route === undefined) throw new TypeError(`${method} ${path} is described and no route`);
        return [method, completedOperation(operation, route, { method, components })];
      }),
    ),
  ]);
  return {
    ...document,
    paths: Object.fromEntries(paths) as object,
    components: { ...document.components, schemas: { Problem: problem, ...components.schemas, schema0: anyJson } },
  };
}

function completedOperation(
  { requestBody, ...operation }: Operation,
  route: RouteOptions,
  { method, components }: { readonly method: string; readonly components: Components },
): Operation {
  const headers = headersOfAnswers(route);
  const declared = (route.schema?.response ?? {}) as Readonly<Record<string, unknown>>;
  const answers = Object.entries(operation.responses ?? {}).map(([status, answer]) => [
    status,
    { ...withReference(answer, declared[status], components), headers },
  ]);
  const parameters = [...(operation.parameters ?? []), ...headersTaken(route)];
  return {
    ...operation,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(requestBody === undefined ? {} : { requestBody: withReference(requestBody, route.schema?.body, components) }),
    responses: { ...Object.fromEntries(answers), ...refusalResponses(refusalsOf(route, method.toUpperCase())) },
  };
}

function withReference<Body extends Described>(body: Body, zod: unknown, components: Components): Body {
  if (body.content === undefined) return body;
  const content = Object.entries(body.content).map(([type, { schema, ...more }]) => [
    type,
    { ...more, ...(schema === undefined ? {} : { schema: components.referTo(zod, schema) }) },
  ]);
  return { ...body, content: Object.fromEntries(content) as Described['content'] };
}

function nameOf(method: string, path: string): string {
  return `${method.toUpperCase()} ${path}`;
}

/** `/a/:b` as OpenAPI writes it, `/a/{b}`. */
function braced(url: string): string {
  return url.replaceAll(/:(\w+)/g, '{$1}');
}
