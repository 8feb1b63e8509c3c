import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isSealiftError } from '../../errors/sealift-error.ts';
import {
  isFinal,
  lifecycle,
  next,
  offers,
  personEvents,
  statesWhere,
  type UpgradeEvent,
  type UpgradeState,
  upgradeStates,
} from './lifecycle.ts';

const eventsOf = (state: UpgradeState) => Object.keys(lifecycle[state].on) as UpgradeEvent[];
const allEvents = [...new Set(upgradeStates.flatMap(eventsOf))];

/** Every state that can follow, over any number of events. */
function reachable(from: UpgradeState): Set<UpgradeState> {
  const seen = new Set<UpgradeState>([from]);
  for (const state of seen) for (const event of eventsOf(state)) seen.add(next(state, event));
  return seen;
}

/** The message of a refused transition; empty where it is taken. */
function refusalOf(attempt: () => unknown): string {
  try {
    attempt();
    return '';
  } catch (error) {
    return isSealiftError(error, 'UPGRADE_STATE_ILLEGAL') ? error.message : '';
  }
}

test('every state can be reached from a draft', () => {
  expect([...reachable('draft')].toSorted()).toEqual([...upgradeStates].toSorted());
});

test('a final state can be reached from every state', () => {
  for (const state of upgradeStates) expect([...reachable(state)].some(isFinal)).toBe(true);
});

test('a person can end whatever locks the console', () => {
  for (const state of statesWhere((facts) => facts.locksConsole)) {
    if (state !== 'aborting') expect(offers(state)).toContain('abort');
  }
  // Each abort but that of what has not begun lets go of what is held, which only the engine can; one that cannot go on comes back to a person.
  expect(upgradeStates.filter((state) => lifecycle[state].on.abort === 'aborted')).toEqual(['ready']);
  expect(offers(next('aborting', 'need-person'))).toContain('abort');
});

test('nothing follows success, and nothing runs that was not confirmed', () => {
  expect(eventsOf('succeeded')).toEqual([]);
  const leadingTo = (to: UpgradeState) =>
    upgradeStates.filter((from) => eventsOf(from).some((event) => next(from, event) === to));
  expect(leadingTo('running')).toEqual(['ready', 'paused', 'needs-human']);
  expect(leadingTo('ready')).toEqual(['draft']);
  expect(leadingTo('succeeded')).toEqual(['running']);
});

test('what is being taken back is gone on with only once a person has ended that', () => {
  for (const state of statesWhere(({ goesBack }) => goesBack)) {
    const after = eventsOf(state).filter((event) => event !== 'abort');
    for (const event of after) expect(lifecycle[next(state, event)].goesBack).toBe(true);
  }
  expect([...reachable('rolling-back')]).toContain('rolled-back');
});

test('a person may have it taken back where it stands, and the engine alone while it runs', () => {
  expect(upgradeStates.filter((state) => offers(state).includes('rollback'))).toEqual([
    'paused',
    'aborted',
    'needs-human',
  ]);
  expect(upgradeStates.filter((state) => lifecycle[state].on['turn-back'] !== undefined)).toEqual(['running']);
});

test('from what has ended nothing follows but a rollback', () => {
  for (const state of statesWhere(({ ended }) => ended)) {
    expect(eventsOf(state).filter((event) => event !== 'rollback')).toEqual([]);
  }
});

test('what is not in the table is refused, and the refusal names state and event', () => {
  fc.assert(
    fc.property(fc.constantFrom(...upgradeStates), fc.constantFrom(...allEvents), (state, event) => {
      const after = lifecycle[state].on[event];
      if (after !== undefined) return next(state, event) === after;
      const refused = refusalOf(() => next(state, event));
      return refused.includes(lifecycle[state].label) && refused.includes(event);
    }),
  );
});

test('what is offered to a person is taken', () => {
  for (const state of upgradeStates) {
    for (const event of offers(state)) expect(() => next(state, event)).not.toThrow();
    expect(personEvents).toEqual(expect.arrayContaining([...offers(state)]));
  }
});

test('whatever an engine works on keeps the console locked, and nothing final or editable does', () => {
  for (const state of upgradeStates) {
    const { needsEngine, locksConsole, editable } = lifecycle[state];
    if (needsEngine) expect(locksConsole).toBe(true);
    if (isFinal(state) || editable) expect(locksConsole).toBe(false);
  }
});

test('whatever an engine may come back to keeps the console locked', () => {
  for (const state of upgradeStates) {
    const comesBack = [...reachable(state)].some((one) => lifecycle[one].needsEngine);
    const rests = lifecycle[state].editable || isFinal(state);
    if (comesBack && !rests) expect([state, lifecycle[state].locksConsole]).toEqual([state, true]);
  }
});

test('no person ends what an engine may be in the middle of: the engine does, at a safe point', () => {
  for (const state of statesWhere(({ needsEngine }) => needsEngine)) {
    if (state === 'ready') continue;
    for (const event of offers(state))
      expect([state, event, isFinal(next(state, event))]).toEqual([state, event, false]);
  }
});

test('where something is the engine’s to do, an engine works', () => {
  const ofPeople: readonly string[] = personEvents;
  for (const state of upgradeStates) {
    const hasWork = eventsOf(state).some((event) => !ofPeople.includes(event));
    expect([state, hasWork && !lifecycle[state].needsEngine]).toEqual([state, false]);
  }
});
