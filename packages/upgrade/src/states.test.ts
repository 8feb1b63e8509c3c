import { type UpgradeState, upgradeStates } from '@sealift/core/api';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assertLegalTransition, isFinal, isLegalTransition, locksConsole, needsEngine, transitions } from './states.ts';

/** Every state that can follow, over any number of steps. */
function reachable(from: UpgradeState): Set<UpgradeState> {
  const seen = new Set<UpgradeState>();
  const open = [from];
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    for (const next of transitions[state]) {
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(next);
    }
  }
  return seen;
}

test('every state is known and can be reached from a draft', () => {
  expect(Object.keys(transitions).toSorted()).toEqual([...upgradeStates].toSorted());
  expect([...reachable('draft'), 'draft'].toSorted()).toEqual(expect.arrayContaining([...upgradeStates].toSorted()));
});

test('from every state that is not final a final one can be reached', () => {
  for (const state of upgradeStates) {
    if (!isFinal(state)) expect([...reachable(state)].some((one) => isFinal(one))).toBe(true);
  }
});

test('nothing follows success, and nothing runs that was not confirmed', () => {
  expect(upgradeStates.filter((to) => isLegalTransition('succeeded', to))).toEqual([]);
  expect(upgradeStates.filter((from) => isLegalTransition(from, 'running'))).toEqual([
    'ready',
    'paused',
    'needs-human',
  ]);
  expect(upgradeStates.filter((from) => isLegalTransition(from, 'succeeded'))).toEqual(['running']);
});

test('a refused transition names both states', () => {
  fc.assert(
    fc.property(fc.constantFrom(...upgradeStates), fc.constantFrom(...upgradeStates), (from, to) => {
      const attempt = () => assertLegalTransition(from, to);
      if (transitions[from].includes(to)) expect(attempt).not.toThrow();
      else expect(attempt).toThrow(`an upgrade that is ${from} cannot become ${to}`);
    }),
  );
});

test('whatever an engine works on keeps the console locked, and nothing final does', () => {
  for (const state of upgradeStates) {
    if (needsEngine(state)) expect(locksConsole(state)).toBe(true);
    if (isFinal(state)) expect(locksConsole(state)).toBe(false);
  }
});
