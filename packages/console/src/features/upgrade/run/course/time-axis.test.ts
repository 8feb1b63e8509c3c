import type { UpgradeCourse } from '@sealift/core/api';
import type { TreeStep, UpgradeState } from '@sealift/core/upgrade';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { courseTime } from './course-time.ts';
import { timeAxis } from './time-axis.ts';

const begun = Date.parse('2026-11-23T00:30:00.000Z');
const minute = 60_000;
const at = (minutes: number): string => new Date(begun + minutes * minute).toISOString();

function step(id: string, state: TreeStep['state'], from: number | null, to: number | null, usual = 2): TreeStep {
  return {
    id,
    state,
    startedAt: from === null ? null : at(from),
    finishedAt: to === null ? null : at(to),
    message: '',
    wait: null,
    fraction: 0,
    title: id,
    kind: 'layer',
    rollback: 'reversible',
    objects: [],
    usual: { p50Ms: usual * minute, p90Ms: usual * minute, samples: 2 },
  };
}

function course(steps: TreeStep[], leftMinutes: number | null, state: UpgradeState = 'running'): UpgradeCourse {
  const ms = (leftMinutes ?? 0) * minute;
  return {
    id: 'u',
    product: 'Harborview',
    from: '1.0.0',
    to: '1.0.1',
    state,
    at: at(3),
    startedAt: at(0),
    finishedAt: null,
    hash: null,
    failure: null,
    rollback: null,
    tree: {
      hops: [{ from: '1.0.0', to: '1.0.1', steps }],
      pointOfNoReturn: 'c',
      timeLeft: leftMinutes === null ? null : { p50Ms: ms, p90Ms: ms, samples: 2 },
      fractionOfTime: null,
    },
  };
}

const steps = [step('a', 'done', 0, 2), step('b', 'running', 2, null), step('c', 'waiting', null, null, 4)];

test('lays what is over and what is usual of the rest on one scale', () => {
  const axis = timeAxis(course(steps, 5), begun + 3 * minute);
  expect(axis).toMatchObject({ now: 37.5, noReturn: 50, end: begun + 8 * minute });
  expect(axis?.segments).toMatchObject([
    { title: 'a', kind: 'done', from: 0, to: 25 },
    { title: 'b', kind: 'running', from: 25, to: 37.5 },
    { title: 'b', kind: 'ahead', from: 37.5, to: 50 },
    { title: 'c', kind: 'ahead', from: 50, to: 100 },
  ]);
});

test('gives what nobody knows the time of equal parts, and no end', () => {
  const axis = timeAxis(course(steps, null), begun + 3 * minute);
  expect(axis).toMatchObject({ now: 60, noReturn: 80, end: null });
  expect(axis?.segments.slice(2)).toMatchObject([
    { title: 'b', kind: 'unknown', from: 60, to: 80 },
    { title: 'c', kind: 'unknown', from: 80, to: 100 },
  ]);
});

test('leaves a pause as a gap, and ends where the upgrade did, without what it never came to', () => {
  const ended = {
    ...course([step('a', 'done', 0, 2), step('b', 'done', 6, 8), step('c', 'waiting', null, null)], null, 'aborted'),
  };
  const axis = timeAxis({ ...ended, finishedAt: at(10) }, begun + 30 * minute);
  expect(axis).toMatchObject({ now: null, noReturn: null, end: begun + 10 * minute });
  expect(axis?.segments).toMatchObject([
    { from: 0, to: 20 },
    { from: 60, to: 80 },
  ]);
});

test('draws nothing ahead of an upgrade that is being taken back', () => {
  const back = course([step('a', 'done', 0, 2), step('b', 'waiting', 2, null)], null, 'rolling-back');
  expect(timeAxis(back, begun + 4 * minute)?.segments.map(({ kind }) => kind)).toEqual(['done']);
});

test('stays within its ends, in order, whatever clocks and histories say', () => {
  const minutes = fc.integer({ min: -5, max: 500 });
  const any = fc.array(
    fc.record({
      state: fc.constantFrom('done' as const, 'running' as const, 'waiting' as const),
      from: minutes,
      took: minutes,
      usual: fc.nat(90),
    }),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(any, fc.option(fc.nat(500)), minutes, (made, left, now) => {
      const drawn = made.map(({ state, from, took, usual }, index) =>
        step(`${index}`, state, from, state === 'done' ? from + took : null, usual),
      );
      const axis = timeAxis(course(drawn, left), begun + now * minute);
      for (const { from, to } of axis?.segments ?? []) {
        expect(from).toBeGreaterThanOrEqual(0);
        expect(to).toBeLessThanOrEqual(100.000001);
      }
      const ahead = axis?.segments.filter(({ kind }) => kind === 'ahead' || kind === 'unknown') ?? [];
      for (const [index, one] of ahead.entries()) expect(one.from).toBeGreaterThanOrEqual(ahead[index - 1]?.to ?? 0);
    }),
  );
});

test('goes on with the console’s time between two answers, and stands still when there are none', () => {
  const running = course(steps, null);
  const heard = 1_000_000;
  expect(courseTime(running, heard, heard + 2000)).toEqual({ now: begun + 3 * minute + 2000, unheardMs: null });
  expect(courseTime(running, heard, heard + 9000)).toEqual({ now: begun + 3 * minute, unheardMs: 9000 });
  // The reader's clock may be set back.
  expect(courseTime(running, heard, heard - 9000)).toEqual({ now: begun + 3 * minute, unheardMs: null });
  // What has ended is not asked for again.
  expect(courseTime({ ...running, state: 'succeeded' }, heard, heard + 9000).unheardMs).toBeNull();
});
