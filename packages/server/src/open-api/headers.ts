import type { FastifyContextConfig, RouteOptions } from 'fastify';

/** Headers that some answers carry, beside those of all. */
const answerHeaders = {
  etag: 'The revision, for If-Match',
  'content-disposition': 'The name of the file',
  'content-length': 'How many bytes follow',
  'set-cookie': 'The cookie of the session, or that it ends',
  location: 'Where the browser goes on',
} as const satisfies Record<NonNullable<FastifyContextConfig['sends']>[number], string>;

const text = { type: 'string' };
const cacheControl = {
  'cache-control': { required: true, description: 'No cache keeps it', schema: { const: 'no-store' } },
};

/** The headers of a route's good answers. */
export function headersOfAnswers({ config }: RouteOptions): Record<string, object> {
  const own = (config?.sends ?? []).map((name) => [
    name,
    // The browser is led on with a cookie, or back without one.
    { required: name !== 'set-cookie', description: answerHeaders[name], schema: text },
  ]);
  const replayed = {
    'idempotency-replayed': {
      required: false,
      description: 'That this is the answer to an earlier request with the same Idempotency-Key',
      schema: { const: 'true' },
    },
  };
  return { ...cacheControl, ...Object.fromEntries(own), ...(config?.once === undefined ? {} : replayed) };
}

/** The headers that a route takes, as OpenAPI parameters. */
export function headersTaken({ config }: RouteOptions): readonly object[] {
  const ifMatch = {
    in: 'header',
    name: 'If-Match',
    required: config?.ifMatch === 'needed',
    description: 'The ETag or revision of what was seen, such as "3": another one is refused',
    schema: text,
  };
  const key = {
    in: 'header',
    name: 'Idempotency-Key',
    required: false,
    description:
      'One for each act, such as a UUID in quotes: asked again with it, the same person gets the same answer and nothing is done twice, for 24 hours',
    schema: { type: 'string', minLength: 1, maxLength: 130 },
  };
  return [...(config?.ifMatch === undefined ? [] : [ifMatch]), ...(config?.once === undefined ? [] : [key])];
}
