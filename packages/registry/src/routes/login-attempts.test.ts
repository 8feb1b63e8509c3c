import { describe, expect, it } from 'vitest';
import { LoginAttempts } from './login-attempts.ts';

/** Attempts with a clock of their own, and how many were compared. */
function door() {
  const state = { now: 1_000_000, compared: 0 };
  const attempts = new LoginAttempts(() => state.now);
  const login = (address: string, right: boolean) => {
    const compare = async (): Promise<boolean> => {
      state.compared += 1;
      await Promise.resolve();
      return right;
    };
    return attempts.attempt(address, compare, (result) => !result);
  };
  return { state, attempts, login };
}

const address = '192.0.2.1';
const limited = (seconds: number) => ({ code: 'RATE_LIMITED', hint: `Wait ${seconds} seconds and try again.` });

describe('login attempts', () => {
  it('compare five of four hundred guesses that one address sends at once', async () => {
    const { state, login } = door();
    const guesses = await Promise.allSettled(Array.from({ length: 400 }, () => login(address, false)));
    expect(state.compared).toBe(5);
    expect(guesses.filter(({ status }) => status === 'rejected')).toHaveLength(395);
  });

  it('let in all right logins that are sent at once', async () => {
    const { state, login } = door();
    const all = await Promise.all(Array.from({ length: 100 }, () => login(address, true)));
    expect(all).toEqual(all.map(() => true));
    expect(state.compared).toBe(100);
  });

  it('make the address wait twice as long after each further failure, and other addresses not at all', async () => {
    const { state, login } = door();
    for (let count = 0; count < 5; count += 1) await login(address, false);
    for (const seconds of [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]) {
      const before = state.compared;
      await expect(login(address, true)).rejects.toMatchObject(limited(seconds));
      state.now += seconds * 1000 - 1;
      await expect(login(address, true)).rejects.toMatchObject(limited(1));
      expect(state.compared).toBe(before);
      state.now += 1;
      expect(await login('192.0.2.2', true)).toBe(true);
      expect(await login(address, false)).toBe(false);
    }
  });

  it('begin anew after a right one, and after a quarter of an hour without any', async () => {
    const { state, login } = door();
    const failFourTimes = async () => {
      for (let count = 0; count < 4; count += 1) expect(await login(address, false)).toBe(false);
    };
    await failFourTimes();
    await login(address, true);
    await failFourTimes();
    state.now += 15 * 60_000;
    await failFourTimes();
    expect(await login(address, true)).toBe(true);
  });

  it('count neither way what could not be judged', async () => {
    const { attempts, login } = door();
    const broken = () => attempts.attempt(address, () => Promise.reject(new Error('the store is away')), Boolean);
    for (let count = 0; count < 20; count += 1) await expect(broken()).rejects.toThrow('the store is away');
    expect(await login(address, true)).toBe(true);
  });

  it('count a network of IPv6 as one address', async () => {
    const { login } = door();
    for (let count = 0; count < 5; count += 1) await login('2001:db8::1', false);
    await expect(login('2001:db8:0:0:ffff:1:2:3', true)).rejects.toMatchObject(limited(5));
    expect(await login('2001:db8:0:1::1', true)).toBe(true);
    expect(await login('::1', true)).toBe(true);
    for (let count = 0; count < 5; count += 1) await login('::ffff:192.0.2.1', false);
    expect(await login('::ffff:192.0.2.2', true)).toBe(true);
  });

  it('from ever new addresses take no more than so much memory, and forget the oldest', async () => {
    const { login } = door();
    for (let count = 0; count < 5; count += 1) await login(address, false);
    for (let count = 0; count < 10_001; count += 1) await login(`a${count}`, false);
    expect(await login(address, true)).toBe(true);
  });
});
