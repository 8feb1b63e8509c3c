import Fastify, { type FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { EventBus } from '../notify/event-bus.ts';
import { answerSerializer, SharedReads } from './shared-reads.ts';

describe('a read that many ask for', () => {
  let app: FastifyInstance;
  let events: EventBus;
  let now = 0;
  let looks: { end: (value: number) => void; fail: (error: Error) => void }[];
  beforeEach(() => {
    looks = [];
    events = new EventBus();
    app = Fastify();
    app.setSerializerCompiler(answerSerializer);
    const api = app.withTypeProvider<ZodTypeProvider>();
    const reads = new SharedReads(api, events, () => now);
    const look = () =>
      new Promise<{ value: number }>((resolve, reject) => {
        looks.push({ end: (value) => resolve({ value }), fail: reject });
      });
    const schema = { response: { 200: z.object({ value: z.number() }) } };
    api.get('/shared', { schema, handler: () => reads.read('shared', look) });
    api.post('/change', () => 'changed');
  });
  afterEach(() => app.close());

  const get = () => app.inject('/shared').then(({ statusCode, body }) => `${statusCode} ${body.slice(0, 20)}`);
  const begun = async (count: number): Promise<void> => {
    await expect.poll(() => looks.length, { interval: 1 }).toBe(count);
  };

  it('is looked up once for all who ask meanwhile, and written as its schema says', async () => {
    const all = Promise.all([get(), get(), get()]);
    await begun(1);
    const late = get();
    looks[0]?.end(1);
    expect(new Set([...(await all), await late])).toEqual(new Set(['200 {"value":1}']));
    expect(looks).toHaveLength(1);
  });

  it('is looked up again when that look was long ago', async () => {
    const first = get();
    await begun(1);
    looks[0]?.end(1);
    await first;
    now += 249;
    expect(await get()).toBe('200 {"value":1}');
    now += 1;
    const second = get();
    await begun(2);
    looks[1]?.end(2);
    expect(await second).toBe('200 {"value":2}');
  });

  it.each([
    ['a change through this console', () => app.inject({ method: 'POST', url: '/change' })],
    ['an event', () => Promise.resolve(events.publish({ kind: 'upgrade', subject: 'a' }))],
  ])('is looked up again after %s, although a look goes on', async (_, change) => {
    const before = get();
    await begun(1);
    await change();
    const after = get();
    await begun(2);
    looks[1]?.end(2);
    expect(await after).toBe('200 {"value":2}');
    looks[0]?.end(1);
    expect(await before).toBe('200 {"value":1}');
    expect(await get()).toBe('200 {"value":2}');
  });

  it('fails for those who waited for it, and is looked up again for the next', async () => {
    const waiting = Promise.all([get(), get()]);
    await begun(1);
    looks[0]?.fail(new Error('the database is away'));
    expect((await waiting).map((said) => said.slice(0, 3))).toEqual(['500', '500']);
    const next = get();
    await begun(2);
    looks[1]?.end(3);
    expect(await next).toBe('200 {"value":3}');
  });
});
