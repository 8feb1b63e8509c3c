import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sharedStore } from '../testing/shared-store.ts';
import { endSession, findSession, startSession } from './sessions.ts';

const account = { id: '6d8f5a0e-0000-4000-8000-00000000000a', username: 'ann', role: 'root' } as const;
const hourMs = 3_600_000;

describe('a session', { timeout: 60_000 }, () => {
  const store = sharedStore();
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-03-01T08:00:00Z') });
    await store()
      .db.insertInto('account')
      .values({ ...account, password_hash: 'none', created_at: new Date() })
      .execute();
  });
  afterEach(() => vi.useRealTimers());

  const place = { address: '127.0.0.1', agent: 'a browser' };
  const start = async (): Promise<string> =>
    (await startSession(store().db, { ...account, hasPassword: true }, place)).secret;
  const find = (secret: string) => findSession(store().db, secret, '127.0.0.1');
  const later = (ms: number): void => {
    vi.setSystemTime(Date.now() + ms);
  };

  it('ends when it was not used for four hours', async () => {
    const secret = await start();
    later(4 * hourMs - 1);
    expect(await find(secret)).toMatchObject({ name: 'ann', role: 'root' });
    later(4 * hourMs);
    expect(await find(secret)).toBeNull();
  });

  it('ends a day after it began, however much it is used', async () => {
    const secret = await start();
    for (let hour = 1; hour < 24; hour += 1) {
      later(hourMs);
      expect(await find(secret)).not.toBeNull();
    }
    later(hourMs - 1);
    expect((await find(secret))?.expiresAt).toEqual(new Date('2026-03-02T08:00:00Z'));
    later(1);
    expect(await find(secret)).toBeNull();
  });

  it('is found by its own secret only, and ends at once when it is ended', async () => {
    const [one, other] = [await start(), await start()];
    const principal = await find(one);
    expect(await find(`${one.slice(1)}x`)).toBeNull();
    if (principal !== null) await endSession(store().db, one, principal);
    expect(await find(one)).toBeNull();
    expect(await find(other)).not.toBeNull();
  });
});
