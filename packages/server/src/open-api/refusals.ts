import { catalogue, type ErrorCode } from '@sealift/core/errors';
import type { RouteOptions } from 'fastify';
import { isWriteMethod } from '../http/request-context.ts';

/** What is asked of every program, and of whoever may be a gateway instead. */
const ofWho = {
  anonymous: [],
  gateway: ['GATEWAY_UNKNOWN'],
  // Whatever is read may have been written by another version, or damaged.
  signedIn: ['NOT_SIGNED_IN', 'NOT_PERMITTED', 'RECORD_DAMAGED', 'RECORD_FORMAT_OTHER'],
} as const satisfies Record<string, readonly ErrorCode[]>;

/**
 * The codes that a route may refuse a request with (status 400 to 499), in their order: those that follow from what it takes and who may call it, and
 * those that it names itself in `config.refuses`.
 */
export function refusalsOf(route: RouteOptions, method: string): readonly ErrorCode[] {
  const { schema, config = {} } = route;
  const { permission, whileLocked, ifMatch, once, refuses = [] } = config;
  const writes = isWriteMethod(method);
  const isSignedIn = permission !== 'anonymous' && permission !== 'gateway';
  const takes = [schema?.params, schema?.querystring, schema?.body].some((one) => one !== undefined);
  const codes: ErrorCode[] = [
    ...(isSignedIn ? ofWho.signedIn : permission === 'gateway' ? ofWho.gateway : ofWho.anonymous),
    ...(takes || writes ? (['INPUT_INVALID'] as const) : []),
    ...(schema?.params === undefined ? [] : (['NOT_FOUND'] as const)),
    ...(writes ? (['INPUT_TOO_LARGE', 'ORIGIN_REFUSED'] as const) : []),
    ...(writes && permission === 'gateway' ? (['GATEWAY_BODY_OTHER'] as const) : []),
    ...(writes && isSignedIn && whileLocked !== true ? (['CONSOLE_LOCKED'] as const) : []),
    ...(ifMatch === 'needed' ? (['PRECONDITION_MISSING', 'RECORD_CHANGED'] as const) : []),
    ...(ifMatch === 'taken' ? (['LAYER_EDITED'] as const) : []),
    ...(once === undefined ? [] : ofKeys),
    ...refuses,
  ];
  return [...new Set(codes)].toSorted();
}

/** Of routes that take `Idempotency-Key`. */
const ofKeys = [
  'IDEMPOTENCY_KEY_REUSED',
  'IDEMPOTENCY_UNDER_WAY',
  'IDEMPOTENCY_END_UNKNOWN',
  'IDEMPOTENCY_ANSWER_NOT_KEPT',
  'IDEMPOTENCY_KEYS_LIMIT',
] as const satisfies readonly ErrorCode[];

/** A route's refusals as OpenAPI responses by status, each with its codes; what is no refusal is `5XX`. */
export function refusalResponses(codes: readonly ErrorCode[]): Record<string, object> {
  const byStatus = Map.groupBy(codes, (code) => String(catalogue[code].status));
  const responses = [...byStatus].map(([status, those]) => [
    status,
    { description: those.map(sentenceOf).join('\n\n'), content: problemContent(those) },
  ]);
  return { ...Object.fromEntries(responses), '5XX': failure };
}

/** Failures that may meet every route: of the console, of its store, of a peer that it asks. */
const failure = {
  description: 'The console, or what it asked, could not do it; the problem says what, where, and the remedy',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

function problemContent(codes: readonly ErrorCode[]): object {
  const own = { type: 'object', properties: { code: { enum: codes } } };
  return { 'application/problem+json': { schema: { allOf: [{ $ref: '#/components/schemas/Problem' }, own] } } };
}

function sentenceOf(code: ErrorCode): string {
  return `${code}: ${catalogue[code].message}`;
}
