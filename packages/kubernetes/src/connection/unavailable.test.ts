import { describe, expect, it } from 'vitest';
import { isPassingStatus, pauseAsked, Unavailable } from './unavailable.ts';

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

  it.each([
    [
      'etcdserver: request timed out',
      { kind: 'APIServer', name: 'https://10.0.0.5:6443' },
      'Look at the control plane',
    ],
    [
      'Internal error occurred: failed calling webhook "validation.machine.cluster.x-k8s.io": connection refused',
      { kind: 'Webhook', name: 'validation.machine.cluster.x-k8s.io' },
      'Bring back what answers the webhook validation.machine.cluster.x-k8s.io',
    ],
  ])('%s names who does not answer, and what to do', (reason, about, remedy) => {
    const answer = { status: 500, body: undefined, askedPauseMs: undefined };
    const error = new Unavailable(answer, true, reason, 'https://10.0.0.5:6443/api/v1/nodes');
    expect(error).toMatchObject({ about, next: 'retry', hint: expect.stringContaining(remedy) });
  });
});
