import { describe, expect, it } from 'vitest';
import { jsonProgress, terminalProgress } from './progress.ts';

/** A stream that keeps what is written, and a clock that is set by hand. */
function stage(isTTY: boolean) {
  const written: string[] = [];
  const time = { ms: 0 };
  const stream = { isTTY, write: (text: string) => written.push(text) > 0 };
  return { written, time, stream, now: () => time.ms };
}

const gibibyte = 2 ** 30;

describe('progress on a terminal', () => {
  it('replaces its line, counts bytes, and says when it will be done once that can be said', () => {
    const { written, time, stream, now } = stage(true);
    const progress = terminalProgress(stream, now);
    for (let second = 0; second <= 10; second += 1) {
      time.ms = second * 1000;
      const doneBytes = (second / 20) * 4 * gibibyte;
      progress.update('Pushing', second / 20, undefined, { doneBytes, totalBytes: 4 * gibibyte });
    }
    progress.done('Pushing');
    expect(written[0]).toBe('\r\u001b[KPushing    0%  0.0 of 4.0 GiB');
    expect(written[10]).toBe('\r\u001b[KPushing   50%  2.0 of 4.0 GiB  0:10 left');
    expect(written.at(-1)).toBe('\r\u001b[KPushing  100%\n');
  });

  it('never goes back within a phase', () => {
    const { written, stream, now } = stage(true);
    const progress = terminalProgress(stream, now);
    for (const fraction of [0.5, 0.4, Number.NaN, 2]) progress.update('Work', fraction);
    expect(written).toEqual(['\r\u001b[KWork   50%', '\r\u001b[KWork  100%']);
  });
});

describe('who is waited for and asked again', () => {
  const retry = (attempt: number, delayMs: number, reason = 'the registry failed: 503') => ({
    what: 'registry.example/v2/a',
    attempt,
    delayMs,
    reason,
  });

  it('is told on a line of its own, with the answer and when it goes on; the progress comes back below', () => {
    const { written, stream, now } = stage(true);
    const progress = terminalProgress(stream, now);
    progress.update('Work', 0.5);
    progress.retry?.(retry(1, 400));
    progress.update('Work', 0.5);
    expect(written.slice(1)).toEqual([
      '\r\u001b[Ktrying again in 400 ms (attempt 2): the registry failed: 503; at registry.example/v2/a\n',
      '\r\u001b[KWork   50%',
    ]);
  });

  it('is told once a wait, however many pieces of work wait; another answer is told at once', () => {
    const { written, time, stream, now } = stage(false);
    const progress = terminalProgress(stream, now);
    for (let piece = 0; piece < 16; piece += 1) progress.retry?.(retry(1, 4000));
    progress.retry?.(retry(1, 4000, 'the registry failed: 502'));
    time.ms = 4000;
    progress.retry?.(retry(2, 8000));
    expect(written.map((line) => line.slice(0, 52))).toEqual([
      'trying again in 4 s (attempt 2): the registry failed',
      'trying again in 4 s (attempt 2): the registry failed',
      'trying again in 8 s (attempt 3): the registry failed',
    ]);
  });

  it('is an event for programs', () => {
    const { written, stream, now } = stage(false);
    jsonProgress(stream, now).retry?.(retry(1, 500));
    expect(JSON.parse(written[0] ?? '')).toEqual({ event: 'retry', ...retry(1, 500) });
  });
});

describe('progress without a terminal', () => {
  it('is a plain line at the begin, at the end, and now and then', () => {
    const { written, time, stream, now } = stage(false);
    const progress = terminalProgress(stream, now);
    for (let second = 0; second <= 25; second += 1) {
      time.ms = second * 1000;
      progress.update('Work', second / 25);
    }
    progress.done('Work', 'all of it');
    expect(written).toEqual([
      'Work\n',
      'Work   40%  0:15 left\n',
      'Work   80%  0:05 left\n',
      'Work  100%  all of it\n',
    ]);
  });
});

describe('progress for programs', () => {
  it('is one JSON object a line, not too many of them', () => {
    const { written, time, stream, now } = stage(false);
    const progress = jsonProgress(stream, now);
    for (let tenth = 0; tenth < 100; tenth += 1) {
      time.ms = tenth * 100;
      progress.update('Pushing', tenth / 100, undefined, { doneBytes: tenth, totalBytes: 100 });
    }
    progress.done('Pushing');
    progress.event?.({ event: 'item', kind: 'pack', name: 'a:1' });
    expect(written.every((line) => line.endsWith('\n'))).toBe(true);
    const events = written.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events).toHaveLength(20 + 2);
    expect(events[0]).toEqual({ event: 'progress', phase: 'Pushing', percent: 0, doneBytes: 0, totalBytes: 100 });
    expect(events[15]).toMatchObject({ event: 'progress', percent: 75, secondsLeft: 3 });
    expect(events.at(-2)).toEqual({ event: 'progress', phase: 'Pushing', percent: 100 });
    expect(events.at(-1)).toEqual({ event: 'item', kind: 'pack', name: 'a:1' });
  });
});
