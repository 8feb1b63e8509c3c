import { type JournalLine, waitingFor } from '@sealift/core/upgrade';
import { describe, expect, test } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import { ProgressReporter } from './progress-reporter.ts';
import { defaultTiming } from './timing.ts';

function reporter(before: { what: string; since: string } | null = null) {
  const clock = new ManualClock();
  const lines: JournalLine[] = [];
  const failures: unknown[] = [];
  const held: (() => void)[] = [];
  const setting = { isHeld: false, breaks: false };
  const progress = new ProgressReporter({
    direction: 'forward',
    clock,
    timing: { ...defaultTiming, progressMs: 1000, stallMs: 60_000 },
    before: before === null ? null : { ...waitingFor(before.what), since: before.since },
    write: async (line) => {
      lines.push(line);
      if (setting.isHeld) await new Promise<void>((release) => held.push(release));
      if (setting.breaks) throw new Error('the disk is full');
    },
    onFailure: (error) => failures.push(error),
  });
  const seen = () => lines.map(({ data }) => data) as { fraction: number; wait: Record<string, unknown> }[];
  return { clock, progress, seen, failures, setting, release: () => held.shift()?.() };
}

const pods = waitingFor('pods start');

describe('progress', () => {
  test('is written when it grew, or when something else is waited for and some time has passed', async () => {
    const { clock, progress, seen } = reporter();
    await progress.report(0.1, pods);
    await progress.report(0.1, pods);
    await progress.report(0.105, pods);
    expect(seen()).toHaveLength(1);
    await progress.report(0.2, pods);
    expect(seen()).toHaveLength(2);
    await progress.report(0.2, waitingFor('nodes boot'));
    expect(seen()).toHaveLength(2);
    clock.advance(1000);
    await progress.report(0.2, waitingFor('nodes boot'));
    expect(seen().at(-1)).toMatchObject({ fraction: 0.2, wait: { what: 'nodes boot' } });
    expect(progress.waitsFor).toBe('nodes boot');
  });

  test('never goes back', async () => {
    const { clock, progress, seen } = reporter();
    await progress.report(0.5, pods);
    clock.advance(1000);
    await progress.report(0.2, waitingFor('nodes boot'));
    expect(seen().map(({ fraction }) => fraction)).toEqual([0.5, 0.5]);
  });

  test('is stalled after a time without growth, if it moves by itself; growth ends that', async () => {
    const { clock, progress, seen } = reporter();
    await progress.report(0.5, pods);
    clock.advance(59_999);
    await progress.report(0.5, pods);
    expect(seen()).toHaveLength(1);
    clock.advance(1);
    await progress.report(0.5, pods);
    expect(seen().at(-1)).toMatchObject({ wait: { level: 'stalled', since: seen()[0]?.wait['since'] } });
    await progress.report(0.6, pods);
    expect(seen().at(-1)).toMatchObject({ wait: { level: 'moving' } });
    const blocked = reporter();
    const wait = waitingFor('a VM is powered on', { level: 'blocked', impact: 'none', remedy: 'shut it down' });
    await blocked.progress.report(0, wait);
    blocked.clock.advance(60_000);
    await blocked.progress.report(0, wait);
    expect(blocked.seen()).toMatchObject([{ wait: { level: 'blocked' } }]);
  });

  test('goes on from what an earlier run waited for, with its time', async () => {
    const since = '2025-12-31T23:00:00.000Z';
    const { progress, seen } = reporter({ what: 'pods start', since });
    await progress.report(0.1, pods);
    await progress.report(0.2, waitingFor('nodes boot'));
    expect(seen().map(({ wait }) => wait['since'])).toEqual([since, '2026-01-01T00:00:00.000Z']);
  });

  test('reported in the middle of an effect is written one line at a time, and waited for at the end', async () => {
    const { progress, seen, setting, release } = reporter();
    setting.isHeld = true;
    progress.reportSoon(0.1, pods);
    progress.reportSoon(0.2, pods);
    expect(seen()).toHaveLength(1);
    let isSettled = false;
    const settled = progress.settled().then(() => (isSettled = true));
    await Promise.resolve();
    expect(isSettled).toBe(false);
    release();
    await settled;
    progress.reportSoon(0.3, pods);
    expect(seen()).toHaveLength(2);
    release();
    await progress.settled();
  });

  test('that can not be written in the background is told', async () => {
    const { progress, failures, setting } = reporter();
    setting.breaks = true;
    progress.reportSoon(0.1, pods);
    await progress.settled();
    expect(failures).toMatchObject([{ message: 'the disk is full' }]);
    await expect(progress.report(0.5, pods)).rejects.toThrow('the disk is full');
  });
});
