import { describe, expect, it } from 'vitest';
import { isPassingStatus, pauseAsked } from './unavailable.ts';

describe('an answer that passes', () => {
  it.each([
    ['1', 1000],
    ['30', 30_000],
    ['999999', 30_000],
    ['1000000', undefined],
    ['-1', undefined],
    ['Wed, 21 Oct 2026 07:28:00 GMT', undefined],
    [undefined, undefined],
  ])('that asks to wait %s is waited for %s ms', (header, pauseMs) => {
    expect(pauseAsked(header)).toBe(pauseMs);
  });

  it('is told by its status', () => {
    expect([429, 500, 502, 503, 504].every(isPassingStatus)).toBe(true);
    expect([400, 401, 403, 404, 409, 422, 501].some(isPassingStatus)).toBe(false);
  });
});
