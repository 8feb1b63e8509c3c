import type { ApiProblem } from '@sealift/core/api';
import { asSealiftError, SealiftError, toProblem } from '@sealift/core/errors';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { RefusedRegistry } from './refused-registry.ts';
import { RefusedSettings } from './refused-settings.ts';
import { EditedMeanwhile } from './edited-meanwhile.ts';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';

/** What a 423 adds: how far the upgrade is that locks the console. */
export type LockProgress = () => Promise<ApiProblem['upgrade']>;

/** What a failure of the database means; undefined where it is none. */
type OfStore = (error: unknown) => SealiftError | undefined;

/** Every failure of a scope's routes becomes problem details (RFC 9457) with our code, place and remedy. */
export function answerProblems(app: FastifyInstance, lockProgress: LockProgress, ofStore: OfStore): void {
  app.setErrorHandler(async (error: FastifyError, request, reply) => {
    const failure = fromFramework(error, request, ofStore);
    if (failure.code === 'INTERNAL') request.log.error({ err: failure.cause ?? failure }, 'unexpected failure');
    const problem: ApiProblem = toProblem(failure);
    if (failure.code === 'CONSOLE_LOCKED') {
      const upgrade = await lockProgress();
      if (upgrade !== undefined) problem.upgrade = upgrade;
    }
    if (failure instanceof RefusedSettings) problem.checks = [...failure.checks];
    if (failure instanceof RefusedRegistry) problem.registryChecks = [...failure.checks];
    if (failure instanceof EditedMeanwhile) problem.edits = [...failure.edits];
    return sendProblem(reply, problem);
  });
  app.setNotFoundHandler(refuseUnknown);
}

/** Answers a request that no route serves. */
export function refuseUnknown(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const path = request.url.split('?', 1)[0]?.slice(0, 200) ?? '';
  const failure = new SealiftError('ROUTE_UNKNOWN', { values: { method: request.method, path } });
  return sendProblem(reply, toProblem(failure));
}

function sendProblem(reply: FastifyReply, problem: ApiProblem): FastifyReply {
  // As text: the route's own response schema must not cut the problem down.
  return reply.code(problem.status).type('application/problem+json').send(JSON.stringify(problem));
}

function fromFramework(error: FastifyError, request: FastifyRequest, ofStore: OfStore): SealiftError {
  if (error instanceof SealiftError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const first = error.validation[0];
    const part = error.validationContext ?? 'body';
    const place = `${part}${first?.instancePath ?? ''}`.replaceAll('/', '.');
    const reason = readable(first?.message ?? error.message);
    return new SealiftError('INPUT_INVALID', { place, values: { what: `the request's ${part}`, reason } });
  }
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    const limitBytes = request.routeOptions.bodyLimit;
    return new SealiftError('INPUT_TOO_LARGE', { values: { what: 'the request body', limitBytes } });
  }
  if (isUnstorableText(error)) {
    const reason = 'it holds a character that cannot be stored, such as NUL';
    return new SealiftError('INPUT_INVALID', { place: 'body', values: { what: 'a text', reason } });
  }
  if (error.code === 'ECONNRESET' && request.raw.readableAborted) {
    const reason = 'the connection was closed before the end of it';
    return new SealiftError('INPUT_INVALID', { place: 'body', values: { what: 'the request', reason } });
  }
  const stored = ofStore(error);
  if (stored !== undefined) return stored;
  const status = error.statusCode;
  if (status !== undefined && status >= 400 && status < 500) {
    return new SealiftError('INPUT_INVALID', { place: 'body', values: { what: 'the request', reason: error.message } });
  }
  return asSealiftError(error);
}

/** What zod says of a missing member is for programmers. */
function readable(reason: string): string {
  return reason.endsWith('received undefined') ? 'this is required' : reason;
}

/** PostgreSQL's `character_not_in_repertoire` and `untranslatable_character` (Appendix A of its manual). */
function isUnstorableText(error: FastifyError): boolean {
  return ['22021', '22P05'].includes(error.code);
}
