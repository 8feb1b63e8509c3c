import { describe, expect, it } from 'vitest';
import { FailedLogins } from './failed-logins.ts';

function failing(address: string, times: number): { logins: FailedLogins; pass: (seconds: number) => void } {
  let now = 1_000_000;
  const logins = new FailedLogins(() => now);
  for (let count = 0; count < times; count += 1) logins.add(address);
  return {
    logins,
    pass: (seconds) => {
      now += seconds * 1000;
    },
  };
}

describe('failed logins', () => {
  it('make their address wait after the tenth, until the minute is over', () => {
    expect(failing('192.0.2.1', 9).logins.waitSeconds('192.0.2.1')).toBe(0);
    const { logins, pass } = failing('192.0.2.1', 10);
    expect(logins.waitSeconds('192.0.2.1')).toBe(60);
    expect(logins.waitSeconds('192.0.2.2')).toBe(0);
    pass(59);
    expect(logins.waitSeconds('192.0.2.1')).toBe(1);
    pass(1);
    expect(logins.waitSeconds('192.0.2.1')).toBe(0);
    logins.add('192.0.2.1');
    expect(logins.waitSeconds('192.0.2.1')).toBe(0);
  });

  it('count a network of IPv6 as one address', () => {
    const { logins } = failing('2001:db8::1', 10);
    expect(logins.waitSeconds('2001:db8:0:0:ffff:1:2:3')).toBe(60);
    expect(logins.waitSeconds('2001:db8:0:1::1')).toBe(0);
    expect(logins.waitSeconds('::1')).toBe(0);
    expect(failing('::ffff:192.0.2.1', 10).logins.waitSeconds('::ffff:192.0.2.2')).toBe(0);
  });

  it('from ever new addresses take no more than so much memory, and forget the oldest', () => {
    const { logins } = failing('192.0.2.1', 10);
    for (let count = 0; count < 20_000; count += 1) logins.add(`a${count}`);
    expect(logins.waitSeconds('192.0.2.1')).toBe(0);
  });
});
