import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { advance, rolloutStatus } from './rollout.ts';
import { type Group, initialState, type SimulatorState } from './state.ts';

const start = initialState({ kubernetes: '1.26.8', template: 'r_old' });
const desired = { version: '1.26.10', template: 'r_new' };

function withTemplate(state: SimulatorState, kubernetes = '1.26.10'): SimulatorState {
  const template = { name: 'r_new', sha256: null, kubernetes, sizeBytes: 0, poweredOn: false, marked: true };
  return { ...state, templates: [...state.templates, template] };
}

function asked(state: SimulatorState, ...groups: Group[]): SimulatorState {
  return groups.reduce(
    (next, name) => ({ ...next, groups: { ...next.groups, [name]: { ...next.groups[name], desired } } }),
    state,
  );
}

describe('a rollout', () => {
  test('replaces every machine, one after another, within half a minute', () => {
    const done = advance(asked(withTemplate(start), 'control-plane'), 0, 1);
    expect(rolloutStatus(done, 'control-plane')).toMatchObject({ wait: expect.anything(), updated: 0, total: 3 });
    const later = advance(done, 15_000, 1);
    expect(rolloutStatus(later, 'control-plane')).toMatchObject({ wait: null, updated: 3, desired });
    expect(later.groups['control-plane'].machines.map(({ name }) => name)).toEqual([
      'control-plane-4',
      'control-plane-5',
      'control-plane-6',
    ]);
  });

  test('is where the clock has brought it, however often it was looked at', () => {
    const begun = advance(asked(withTemplate(start), 'control-plane'), 1000, 1);
    fc.assert(
      fc.property(fc.array(fc.nat(20_000), { minLength: 1 }), (times) => {
        const sorted = times.map((time) => time + 1000).sort((a, b) => a - b);
        const last = sorted.at(-1) ?? 0;
        const looked = sorted.reduce((state, time) => advance(state, time, 1), begun);
        expect(looked).toEqual(advance(begun, last, 1));
      }),
    );
  });

  test('keeps as many machines ready as the group has replicas, and never more than one over', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 3000 }), { maxLength: 40 }), (steps) => {
        let state = asked(withTemplate(start), 'control-plane', 'workers');
        let now = 0;
        for (const step of steps) {
          now += step;
          state = advance(state, now, 1);
          for (const { machines, replicas } of Object.values(state.groups)) {
            expect(machines.filter(({ ready }) => ready).length).toBeGreaterThanOrEqual(replicas);
            expect(machines.length).toBeLessThanOrEqual(replicas + 1);
            expect(new Set(machines.map(({ name }) => name)).size).toBe(machines.length);
          }
        }
      }),
    );
  });

  test('naming a template that is not there stalls with a message, and goes on once it is', () => {
    const stalled = advance(asked(start, 'control-plane'), 1_000_000, 1);
    const status = rolloutStatus(stalled, 'control-plane');
    expect(status).toMatchObject({ wait: expect.anything(), updated: 0 });
    expect(status.wait?.what).toContain('there is no template r_new in the folder spectro-templates');
    const freed = advance(withTemplate(stalled), 1_000_000, 1);
    expect(rolloutStatus(advance(freed, 1_020_000, 1), 'control-plane').wait).toBeNull();
  });

  test('naming a template with another Kubernetes inside stalls with both versions', () => {
    const stalled = advance(asked(withTemplate(start, '1.26.9'), 'control-plane'), 60_000, 1);
    expect(rolloutStatus(stalled, 'control-plane').wait?.what).toContain('holds Kubernetes 1.26.9, not 1.26.10');
  });

  test('of the workers waits for the whole control plane', () => {
    const waiting = advance(asked(withTemplate(start), 'workers'), 60_000, 1);
    expect(rolloutStatus(waiting, 'workers')).toMatchObject({ wait: expect.anything(), updated: 0 });
    expect(rolloutStatus(waiting, 'workers').wait?.what).toContain('waits until the whole control plane');
  });

  test('taken back half-way ends with the old machines only', () => {
    const half = advance(advance(asked(withTemplate(start), 'control-plane'), 0, 1), 3000, 1);
    const old = start.groups['control-plane'].desired;
    const back = {
      ...half,
      groups: { ...half.groups, 'control-plane': { ...half.groups['control-plane'], desired: old } },
    };
    const done = advance(advance(back, 3000, 1), 60_000, 1);
    expect(rolloutStatus(done, 'control-plane')).toMatchObject({ wait: null, updated: 3, desired: old });
    expect(done.groups['control-plane'].machines).toHaveLength(3);
  });

  test('is faster by the speed', () => {
    const begun = advance(asked(withTemplate(start), 'control-plane'), 0, 100);
    expect(rolloutStatus(advance(begun, 150, 100), 'control-plane').wait).toBeNull();
  });
});
