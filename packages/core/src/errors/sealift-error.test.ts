import { expect, it } from 'vitest';
import { toProblem } from './problem.ts';
import { isSealiftError, SealiftError } from './sealift-error.ts';

it('takes a value for every slot of its texts, and the compiler refuses one that is left out', () => {
  // @ts-expect-error -- the message has a slot for what
  const unfilled = new SealiftError('STEP_UNSUPPORTED');
  expect(unfilled.message).toContain('{what}');
  // @ts-expect-error -- not what
  expect(new SealiftError('STEP_UNSUPPORTED', { values: { cause: 'x' } }).message).toContain('{what}');
  expect(new SealiftError('STEP_UNSUPPORTED', { values: { what: 'a rollback' } }).message).toContain('a rollback');
});

it('keeps everything but the remedy when a better one is known', () => {
  const error = new SealiftError('SIGNATURE_MISSING', { values: { what: 'the file' }, place: 'here' });
  const other = error.withHint('Sign it.');
  expect(isSealiftError(other, 'SIGNATURE_MISSING')).toBe(true);
  expect(toProblem(other)).toEqual({ ...toProblem(error), hint: 'Sign it.' });
  expect(error.hint).not.toBe('Sign it.');
});
