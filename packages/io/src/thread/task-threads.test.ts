import { describe, expect, it } from 'vitest';
import { SealiftError } from '@sealift/core/errors';
import { TaskThreads, type TaskThreadsOptions } from './task-threads.ts';
import type { oddTasks } from './testing/odd-thread.ts';

const program = { asset: 'none', source: new URL('./testing/odd-thread.ts', import.meta.url) };
const start = (options: Partial<TaskThreadsOptions> = {}) =>
  new TaskThreads<typeof oddTasks>(program, { threads: 1, ...options });

describe('a task on a thread', () => {
  it('is answered, in order, by a thread that is used again', async () => {
    const threads = start();
    const answers = await Promise.all([1, 2, 3].map((number) => threads.run('double', { number })));
    expect(answers).toEqual([2, 4, 6]);
    expect(await threads.run('double', { number: 4 })).toBe(8);
  });

  it('is handed to a thread ahead of its turn, and answered in order also where the one before takes longer', async () => {
    const threads = start({ ahead: 3 });
    const answers = [threads.run('later', { number: 5 }), threads.run('double', { number: 2 })];
    expect(await Promise.all([...answers, threads.run('double', { number: 3 })])).toEqual([5, 4, 6]);
  });

  it('that was handed to a thread behind one that ends it is done by another', async () => {
    const threads = start({ ahead: 2 });
    const stop = new AbortController();
    const ended = threads.run('exit', undefined);
    const behind = threads.run('double', { number: 2 });
    await expect(ended).rejects.toThrow('ended before its task was done');
    expect(await behind).toBe(4);
    const endless = threads.run('never', undefined, stop.signal);
    const next = threads.run('double', { number: 3 });
    stop.abort();
    await expect(endless).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await next).toBe(6);
  });

  it('that is called off behind another one leaves that one alone', async () => {
    const threads = start({ ahead: 2 });
    const stop = new AbortController();
    const begun = threads.run('later', { number: 1 });
    const behind = threads.run('double', { number: 2 }, stop.signal);
    stop.abort();
    await expect(behind).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await begun).toBe(1);
    expect(await threads.run('double', { number: 3 })).toBe(6);
  });

  it('may be one whose answer comes later, or fails then', async () => {
    const threads = start();
    expect(await threads.run('later', { number: 5 })).toBe(5);
    await expect(threads.run('failLater', undefined)).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(await threads.run('double', { number: 1 })).toBe(2);
  });

  it('fails with the error that it threw: code, message, place and remedy', async () => {
    const threads = start();
    const here = new SealiftError('USAGE', { place: 'x:1', values: { reason: 'it is a test' } });
    const { code, message, place, hint, exit, status } = here;
    const thrown = threads.run('refuse', 'x:1');
    await expect(thrown).rejects.toBeInstanceOf(SealiftError);
    await expect(thrown).rejects.toMatchObject({ code, message, place, hint, exit, status });
    await expect(threads.run('fail', undefined)).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(await threads.run('double', { number: 1 })).toBe(2);
  });

  it('that never ends is ended when it is called off; the next one gets a thread of its own', async () => {
    const threads = start();
    const stop = new AbortController();
    const endless = threads.run('never', undefined, stop.signal);
    const next = threads.run('double', { number: 1 });
    stop.abort();
    await expect(endless).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await next).toBe(2);
  });

  it('is not begun when it was called off before', async () => {
    await expect(start().run('double', { number: 1 }, AbortSignal.abort())).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  });

  it('that waits for its turn is called off at once, and is not begun later', async () => {
    const threads = start();
    const [stop, end] = [new AbortController(), new AbortController()];
    const endless = threads.run('never', undefined, end.signal);
    const waiting = threads.run('exit', undefined, stop.signal);
    const last = threads.run('double', { number: 1 });
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
    end.abort();
    await expect(endless).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await last).toBe(2);
  });

  it('hands over the bytes that its answer consists of, and copies the rest', async () => {
    const threads = start();
    const first = await threads.run('bytes', 100);
    expect(first).toMatchObject({ before: 0, text: 'x' });
    expect([first.made.byteLength, first.again.byteLength, first.part.byteLength]).toEqual([100, 100, 4]);
    expect(await threads.run('bytes', 1)).toMatchObject({ before: 0 });
  });

  it('that takes longer than it may fails with the error that says so', async () => {
    const error = () => new SealiftError('CANCELLED', { place: 'the limit' });
    const threads = start({ limit: { ms: 20, error } });
    await expect(threads.run('never', undefined)).rejects.toMatchObject({ place: 'the limit' });
  });

  it('whose thread ends fails, and so does nothing after it', async () => {
    const threads = start();
    await expect(threads.run('exit', undefined)).rejects.toThrow('ended before its task was done');
    expect(await threads.run('double', { number: 2 })).toBe(4);
  });

  it('that cannot be copied fails by itself', async () => {
    const threads = start();
    const input = { number: 1, copy: () => 1 };
    await expect(threads.run('double', input)).rejects.toThrow('could not be cloned');
    expect(await threads.run('double', { number: 2 })).toBe(4);
  });

  it('finds a fresh thread after those with nothing to do were given up, and ends none that has', async () => {
    const threads = start({ threads: 2 });
    expect(await threads.run('double', { number: 1 })).toBe(2);
    const begun = threads.run('later', { number: 3 });
    threads.rest();
    expect(await begun).toBe(3);
    threads.rest();
    expect(await threads.run('double', { number: 2 })).toBe(4);
  });

  it('finds a fresh thread after the last one was given up', async () => {
    const threads = start({ idleMs: 0 });
    expect(await threads.run('double', { number: 1 })).toBe(2);
    await new Promise((resolve) => setImmediate(resolve));
    expect(await threads.run('double', { number: 2 })).toBe(4);
  });
});
