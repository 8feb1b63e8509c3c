import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { LeasePort } from '../ports/lease.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { LeaseKeeper } from './lease-keeper.ts';

const ttlMs = 9000;
/** The holder takes its lease for lost a tenth before the store does. */
const safeMs = 8100;
const thirdMs = 3000;

/** A lease whose renewals the test answers. */
class AnsweredLease implements LeasePort {
  readonly calls: unknown[][] = [];
  readonly clock = new ManualClock();
  /** How long the store takes to hand the lease out, in ms. */
  acquireMs = 0;
  isHeldByAnother = false;
  #answer: ((renewed: boolean | Error) => void) | undefined;

  acquire(...given: Parameters<LeasePort['acquire']>): ReturnType<LeasePort['acquire']> {
    this.calls.push(['acquire', ...given]);
    this.clock.advance(this.acquireMs);
    return Promise.resolve(this.isHeldByAnother ? null : { epoch: 7 });
  }

  renew(...given: Parameters<LeasePort['renew']>): Promise<boolean> {
    this.calls.push(['renew', ...given]);
    return new Promise((resolve, reject) => {
      this.#answer = (renewed) => (renewed instanceof Error ? reject(renewed) : resolve(renewed));
    });
  }

  release(...given: Parameters<LeasePort['release']>): Promise<void> {
    this.calls.push(['release', ...given]);
    return Promise.resolve();
  }

  async answer(renewed: boolean | Error): Promise<void> {
    this.#answer?.(renewed);
    await setImmediate();
  }

  async pass(ms: number): Promise<void> {
    this.clock.advance(ms);
    await setImmediate();
  }

  get renewals(): number {
    return this.calls.filter(([call]) => call === 'renew').length;
  }

  async keep(): Promise<LeaseKeeper> {
    const keeper = await LeaseKeeper.acquire(this, 'a', ttlMs, this.clock);
    if (keeper === null) throw new Error('the lease was free');
    return keeper;
  }
}

const isHeld = (keeper: LeaseKeeper): boolean => {
  try {
    keeper.assertHeld();
    return true;
  } catch (error) {
    expect(error).toMatchObject({ name: 'RunStopped', reason: 'lease-lost' });
    return false;
  }
};

describe('a lease that is kept', () => {
  test('is asked for by name and time, and is nobody’s while another has it', async () => {
    const lease = new AnsweredLease();
    expect((await lease.keep()).epoch).toBe(7);
    expect(lease.calls).toEqual([['acquire', 'a', ttlMs]]);
    const taken = new AnsweredLease();
    taken.isHeldByAnother = true;
    expect(await LeaseKeeper.acquire(taken, 'a', ttlMs, taken.clock)).toBeNull();
    await taken.pass(ttlMs);
    expect(taken.renewals).toBe(0);
  });

  test('is given up a tenth before the store takes it back, when nothing renews it', async () => {
    const lease = new AnsweredLease();
    const keeper = await lease.keep();
    await lease.pass(safeMs - 1);
    expect([isHeld(keeper), keeper.signal.aborted]).toEqual([true, false]);
    await lease.pass(1);
    expect([keeper.signal.aborted, isHeld(keeper)]).toEqual([true, false]);
  });

  test('is counted from before it was asked for', async () => {
    const lease = new AnsweredLease();
    lease.acquireMs = 2000;
    const keeper = await lease.keep();
    await lease.pass(safeMs - 2000 - 1);
    expect(isHeld(keeper)).toBe(true);
    await lease.pass(1);
    expect(isHeld(keeper)).toBe(false);
  });

  test('is known to be lost to whoever asks, before the clock woke anyone', async () => {
    const lease = new AnsweredLease();
    const keeper = await lease.keep();
    lease.clock.advance(safeMs);
    expect(isHeld(keeper)).toBe(false);
  });

  test('is renewed at each third of its time, by holder and epoch, and lasts from before the renewal', async () => {
    const lease = new AnsweredLease();
    const keeper = await lease.keep();
    await lease.pass(thirdMs - 1);
    expect(lease.renewals).toBe(0);
    await lease.pass(1);
    expect(lease.calls.at(-1)).toEqual(['renew', 'a', 7, ttlMs]);
    await lease.pass(1000);
    await lease.answer(true);
    await lease.pass(safeMs - 1000 - 1);
    expect(isHeld(keeper)).toBe(true);
    await lease.pass(1);
    expect(isHeld(keeper)).toBe(false);
  });

  test('ends at once when its renewal is refused', async () => {
    const lease = new AnsweredLease();
    const keeper = await lease.keep();
    await lease.pass(thirdMs);
    await lease.answer(false);
    expect([keeper.signal.aborted, isHeld(keeper)]).toEqual([true, false]);
    await lease.pass(ttlMs);
    expect(lease.renewals).toBe(1);
  });

  test('outlives a store that is away for a moment, and no longer than its time', async () => {
    const lease = new AnsweredLease();
    const keeper = await lease.keep();
    await lease.pass(thirdMs);
    await lease.answer(new Error('away'));
    expect(isHeld(keeper)).toBe(true);
    await lease.pass(thirdMs);
    expect(lease.renewals).toBe(2);
    await lease.answer(new Error('away'));
    await lease.pass(safeMs - 2 * thirdMs);
    expect(isHeld(keeper)).toBe(false);
  });

  test('is given back by its epoch, is renewed no more, and ends nothing', async () => {
    const lease = new AnsweredLease();
    const keeper = await lease.keep();
    await keeper.release();
    expect(lease.calls.at(-1)).toEqual(['release', 'a', 7]);
    await lease.pass(10 * ttlMs);
    expect([lease.renewals, keeper.signal.aborted]).toEqual([0, false]);
  });

  test('that can not be given back expires by itself', async () => {
    const lease = new AnsweredLease();
    const keeper = await lease.keep();
    lease.release = () => Promise.reject(new Error('away'));
    await expect(keeper.release()).resolves.toBeUndefined();
  });
});
