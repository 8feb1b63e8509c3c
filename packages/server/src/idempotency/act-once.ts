import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { SealiftError } from '@sealift/core/errors';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { keyOf, principalOf } from '../http/request-context.ts';
import { lockedBy } from '../store/change.ts';
import type { Db } from '../store/store.ts';
import { type Asked, askedFor } from './asked.ts';
import { claim, type EarlierAnswer, forget, keep, leaveUnknown, lifeSignMs, sayAlive } from './stored-requests.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What this request is to do once, and how to stop saying that it is being done. */
    undertaken: { readonly asked: Asked; readonly rest: () => void } | null;
  }
}

/** Of an answer that is kept, compressed. */
const longestAnswer = 64 * 1024;
const longestGiven = 16 * 1024 * 1024;

/**
 * Does what a request asks for once, however often it is sent with one `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): to the same
 * request of the same person the first good answer is given again for 24 hours, by every console that shares the store. A refusal changes nothing
 * and is not kept. Where it is not known whether it was done (the console ended, or failed unexpectedly) that is said, and nothing is done again.
 *
 * Call it after the guard and before the routes; it concerns those with `config.once`.
 */
export function actOnce(app: FastifyInstance, db: Db): void {
  app.decorateRequest('undertaken', null);
  app.addHook('preHandler', async (request, reply) => {
    const key = keyOf(request);
    if (key === undefined) return;
    const asked = askedFor(request, principalOf(request).accountId, key);
    const earlier = await claim(db, asked);
    if (earlier !== undefined) return await giveAgain(reply, earlier, request.routeOptions.config.once);
    const timer = setInterval(() => void sayAlive(db, asked).catch(() => undefined), lifeSignMs).unref();
    request.undertaken = { asked, rest: () => clearInterval(timer) };
    // The guard has left this to whoever knows that it is no repetition of what has locked the console.
    await refuseWhileLocked(request, db);
  });
  app.addHook('onSend', async (request, reply, payload) => {
    const { undertaken } = request;
    if (undertaken === null) return payload;
    request.undertaken = null;
    undertaken.rest();
    try {
      await settle(db, undertaken.asked, reply, request.routeOptions.config.once === 'answer-kept' ? payload : null);
    } catch (error) {
      // It stays under way, and ends unknown: never done twice.
      request.log.warn({ err: error }, 'what became of a request with an Idempotency-Key could not be stored');
    }
    return payload;
  });
}

async function refuseWhileLocked({ routeOptions }: FastifyRequest, db: Db): Promise<void> {
  if (routeOptions.config.whileLocked === true) return;
  const upgrade = await lockedBy(db);
  if (upgrade !== null) throw new SealiftError('CONSOLE_LOCKED', { values: { upgrade } });
}

async function settle(db: Db, asked: Asked, { statusCode }: FastifyReply, payload: unknown): Promise<void> {
  if (statusCode === 500) return await leaveUnknown(db, asked);
  if (statusCode >= 400) return await forget(db, asked);
  const packed = typeof payload === 'string' ? await promisify(gzip)(payload) : null;
  await keep(db, asked, statusCode, packed !== null && packed.length <= longestAnswer ? packed : null);
}

async function giveAgain(
  reply: FastifyReply,
  { status, at, answer }: EarlierAnswer,
  once: 'answer-kept' | 'answer-dropped' | undefined,
): Promise<FastifyReply> {
  if (answer === null && status !== 204) {
    const because = once === 'answer-kept' ? 'its answer was too long to be kept' : 'its answer is shown only once';
    throw new SealiftError('IDEMPOTENCY_ANSWER_NOT_KEPT', { values: { at: at.toISOString(), because } });
  }
  reply.code(status).header('idempotency-replayed', 'true');
  if (answer === null) return reply.send();
  const text = await promisify(gunzip)(answer, { maxOutputLength: longestGiven });
  return reply.type('application/json; charset=utf-8').send(text);
}
