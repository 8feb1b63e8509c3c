import { describe, expect, it } from 'vitest';
import { RenderCache } from './render-cache.ts';

/** Answers with what was asked so far, each time another text. */
function counted() {
  const state = { asked: 0, ask: () => Promise.resolve(`answer ${(state.asked += 1)}`) };
  return state;
}

describe('what helm said', () => {
  it('is asked for once by all who give the same, at once or later', async () => {
    const cache = new RenderCache();
    const of = counted();
    const answers = await Promise.all([1, 2, 3].map(() => cache.get(['chart', 'values'], of.ask)));
    expect([...answers, await cache.get(['chart', 'values'], of.ask)]).toEqual(Array(4).fill('answer 1'));
    expect(of.asked).toBe(1);
  });

  it('is another answer for other bytes, and for the same bytes cut elsewhere', async () => {
    const cache = new RenderCache();
    const of = counted();
    const given = [['ab', 'c'], ['a', 'bc'], ['abc'], ['ab', 'c', '']];
    for (const parts of given) await cache.get(parts, of.ask);
    expect(of.asked).toBe(given.length);
    expect(await cache.get([Buffer.from('ab'), 'c'], of.ask)).toBe('answer 1');
  });

  it('is not kept where it failed: the next one asks himself', async () => {
    const cache = new RenderCache();
    const of = counted();
    const first = Promise.withResolvers<string>();
    const cut = cache.get(['a'], () => first.promise);
    const waiting = cache.get(['a'], of.ask);
    first.reject(new Error('cut'));
    await expect(cut).rejects.toThrow('cut');
    expect(await waiting).toBe('answer 1');
    expect(await cache.get(['a'], of.ask)).toBe('answer 1');
  });

  it('is not waited for by one who is cancelled', async () => {
    const cache = new RenderCache();
    const first = Promise.withResolvers<string>();
    const slow = cache.get(['a'], () => first.promise);
    const cancel = new AbortController();
    const waiting = cache.get(['a'], () => Promise.reject(new Error('never asked')), cancel.signal);
    cancel.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
    first.resolve('late');
    expect(await slow).toBe('late');
  });

  it('takes no more room than it may: the oldest goes, and what is larger alone is not kept', async () => {
    const cache = new RenderCache(40);
    let asked = 0;
    const ask = (length: number) => () => {
      asked += 1;
      return Promise.resolve('x'.repeat(length));
    };
    await cache.get(['a'], ask(10));
    await cache.get(['b'], ask(10));
    await cache.get(['a'], ask(10));
    expect(asked).toBe(2);
    await cache.get(['c'], ask(10));
    await cache.get(['b'], ask(10));
    expect(asked).toBe(3);
    await cache.get(['a'], ask(10));
    expect(asked).toBe(4);
    expect(await cache.get(['large'], ask(30))).toHaveLength(30);
    await cache.get(['large'], ask(30));
    expect(asked).toBe(6);
  });
});
