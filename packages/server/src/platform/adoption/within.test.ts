import { expect, it } from 'vitest';
import { within } from './within.ts';

it('gives what was found in time, and what went wrong', async () => {
  expect(await within(60, () => Promise.resolve(7))).toBe(7);
  await expect(within(60, () => Promise.reject(new Error('no way')))).rejects.toThrow('no way');
});

it('ends in time, whether or not what is asked hears of it', async () => {
  let heard = false;
  const deaf = within(0.01, () => new Promise(() => undefined));
  const hearing = within(0.01, (cancel) => {
    return new Promise((_, failed) => {
      cancel.addEventListener('abort', () => {
        heard = true;
        failed(new Error('cancelled'));
      });
    });
  });
  await expect(deaf).rejects.toMatchObject({ code: 'ADOPT_TOO_LONG' });
  await expect(hearing).rejects.toMatchObject({ code: 'ADOPT_TOO_LONG' });
  expect(heard).toBe(true);
});
