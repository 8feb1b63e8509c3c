import { describe, expect, it } from 'vitest';
import { parseChallenges } from './challenge.ts';

function parsed(header: string): unknown {
  return parseChallenges(header).map(({ scheme, parameters }) => ({ scheme, ...Object.fromEntries(parameters) }));
}

describe('WWW-Authenticate', () => {
  it('is read with one challenge or several', () => {
    expect(parsed('Basic realm="a, b"')).toEqual([{ scheme: 'basic', realm: 'a, b' }]);
    expect(parsed('Bearer realm="https://a/token",service="s",scope="repository:x:pull,push"')).toEqual([
      { scheme: 'bearer', realm: 'https://a/token', service: 's', scope: 'repository:x:pull,push' },
    ]);
    expect(parsed('Bearer realm="r", error=invalid_token, Basic realm="q\\"q"')).toEqual([
      { scheme: 'bearer', realm: 'r', error: 'invalid_token' },
      { scheme: 'basic', realm: 'q"q' },
    ]);
  });

  it('gives what can be read of nonsense, in bounded time', () => {
    expect(parsed('')).toEqual([]);
    expect(parsed('"""')).toEqual([]);
    expect(parsed('Basic')).toEqual([{ scheme: 'basic' }]);
    expect(parsed(`Bearer ${'\\"'.repeat(100_000)}`)).toEqual([{ scheme: 'bearer' }]);
  });
});
