import { expect, it } from 'vitest';
import { sumOf } from './figures.ts';

it('adds up what tests told and what became of the mutants', () => {
  const told = '{"states":5}\n{"points":3,"equal":2}\n{"states":1,"points":1,"equal":1}\n';
  const sum = { points: 4, equal: 3, states: 6 };
  expect(sumOf(told, '{"mutants":9,"killed":8,"survivors":[]}')).toEqual({ ...sum, mutants: 9, killed: 8 });
  expect(sumOf(told, 'fail without any mistake: x')).toEqual({ ...sum, mutants: 0, killed: 0 });
});
