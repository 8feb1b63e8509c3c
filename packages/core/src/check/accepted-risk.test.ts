import { expect, it } from 'vitest';
import { type AcceptedRisk, covers, isInForce } from './accepted-risk.ts';
import type { Check } from './check.ts';

const found: Check = {
  name: 'disruption-budgets',
  title: '',
  outcome: 'block',
  detail: '',
  risk: { consequence: 'drains wait', objects: ['a', 'b'] },
};
const accepted: AcceptedRisk = {
  check: found.name,
  outcome: 'block',
  consequence: 'drains wait',
  objects: ['a', 'b'],
  by: 'ann',
  reason: 'one replica',
  at: '2026-11-01T00:00:00.000Z',
  expiresAt: null,
};

it('covers the finding that was accepted, and one about less', () => {
  expect(covers(accepted, found)).toBe(true);
  expect(covers(accepted, { ...found, risk: { consequence: '', objects: ['b'] } })).toBe(true);
});

it.each<[string, Check]>([
  ['about more', { ...found, risk: { consequence: '', objects: ['a', 'b', 'c'] } }],
  ['of another check', { ...found, name: 'webhooks' }],
  ['with another answer', { ...found, outcome: 'unknown' }],
  ['that nobody may accept any more', { ...found, risk: undefined }],
])('covers no finding %s', (_, other) => {
  expect(covers(accepted, other)).toBe(false);
});

it('ends at its time, or with the upgrade', () => {
  const ending = { ...accepted, expiresAt: '2026-11-02T00:00:00.000Z' };
  expect(isInForce(ending, new Date('2026-11-01T23:59:59.999Z'))).toBe(true);
  expect(isInForce(ending, new Date('2026-11-02T00:00:00.000Z'))).toBe(false);
  expect(isInForce(accepted, new Date('2030-01-01T00:00:00.000Z'))).toBe(true);
});
