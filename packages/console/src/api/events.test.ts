import { expect, test } from 'vitest';
import { keysFor } from './events.ts';

test('an event makes just the answers it concerns old', () => {
  expect(keysFor('{"kind":"upgrade","subject":"up-1"}')).toEqual([['upgrade', 'up-1'], ['upgrades']]);
  expect(keysFor('{"kind":"sync","subject":"spectro-packs"}')).toEqual([['registries']]);
});

test('an event that is not understood is left alone', () => {
  expect(keysFor('{"kind":"other"}')).toEqual([]);
  expect(keysFor('not JSON')).toEqual([]);
});
