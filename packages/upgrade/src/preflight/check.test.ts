import { SealiftError } from '@sealift/core/errors';
import { expect, it } from 'vitest';
import { pass, runCheck } from './check.ts';

it('is unknown, with the reason and the remedy, where it could not look', async () => {
  expect(await runCheck('one', 'One', () => pass('well'))).toEqual({
    name: 'one',
    title: 'One',
    outcome: 'pass',
    detail: 'well',
  });
  const error = new SealiftError('CLUSTER_NOT_CONNECTED');
  expect(await runCheck('one', 'One', () => Promise.reject(error))).toMatchObject({
    outcome: 'unknown',
    detail: error.message,
    remedy: error.hint,
  });
});

it('says that it took too long, and not what it was stopped in', async () => {
  const look = (cancel: AbortSignal) =>
    new Promise<never>((_, reject) => {
      cancel.addEventListener('abort', () => reject(new SealiftError('CANCELLED')));
    });
  expect(await runCheck('slow', 'Slow', look, { timeoutMs: 1 })).toMatchObject({
    outcome: 'unknown',
    detail: 'It was not over within 0.001 s',
    remedy: expect.stringContaining('Look again') as string,
  });
});
