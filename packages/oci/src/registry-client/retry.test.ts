import { SealiftError } from '@sealift/core/errors';
import { describe, expect, it } from 'vitest';
import { RetryAfter } from './failures.ts';
import { withRegistryRetry } from './retry.ts';

/** Fails for a reason that passes, asking to come back at once so that no test waits. */
const passing = (): SealiftError =>
  new SealiftError('REGISTRY_BUSY', { values: { reason: '429' }, cause: new RetryAfter(0) });

describe('retrying', () => {
  it('repeats what may pass, and not what cannot', async () => {
    let calls = 0;
    expect(
      await withRegistryRetry(async () => {
        calls += 1;
        if (calls < 4) throw passing();
        return 'done';
      }, {}),
    ).toBe('done');
    calls = 0;
    const denied = withRegistryRetry(async () => {
      calls += 1;
      throw new SealiftError('REGISTRY_DENIED', { values: { reason: '403' } });
    }, {});
    await expect(denied).rejects.toMatchObject({ code: 'REGISTRY_DENIED' });
    expect(calls).toBe(1);
  });

  it('gives up after some attempts, but not while each comes farther', async () => {
    let calls = 0;
    const failing = async (): Promise<void> => {
      calls += 1;
      throw passing();
    };
    await expect(withRegistryRetry(failing, {})).rejects.toMatchObject({ code: 'REGISTRY_BUSY' });
    expect(calls).toBe(6);
    calls = 0;
    await expect(withRegistryRetry(failing, { position: () => Math.min(calls, 20) })).rejects.toMatchObject({
      code: 'REGISTRY_BUSY',
    });
    expect(calls).toBeGreaterThan(20);
  });

  it('stops waiting when it is cancelled, and does not wait for a registry that asks for too long', async () => {
    const stop = new AbortController();
    const busy = new SealiftError('REGISTRY_BUSY', { values: { reason: '429' }, cause: new RetryAfter(60_000) });
    const waiting = withRegistryRetry(() => Promise.reject(busy), { cancel: stop.signal, onRetry: () => stop.abort() });
    await expect(waiting).rejects.toMatchObject({ code: 'PUSH_CANCELLED' });
    const long = new SealiftError('REGISTRY_BUSY', { values: { reason: '429' }, cause: new RetryAfter(3_600_000) });
    await expect(withRegistryRetry(() => Promise.reject(long), {})).rejects.toBe(long);
  });
});
