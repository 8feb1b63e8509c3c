import { describe, expect, it } from 'vitest';
import { netrcLogin } from './netrc.ts';

describe('netrcLogin', () => {
  const text = `# machine commented.example login x password y
machine vendor.example
  login ann
  account sales
  password "p w\\"d"
macdef init
machine macro.example login m password m

machine other.example login bob password secret#1
default login anonymous password me@here
machine behind.example login never password read
`;

  it.each([
    ['vendor.example', 'ann', 'p w"d'],
    ['VENDOR.example', 'ann', 'p w"d'],
    ['other.example', 'bob', 'secret#1'],
    ['unknown.example', 'anonymous', 'me@here'],
    ['macro.example', 'anonymous', 'me@here'],
    ['commented.example', 'anonymous', 'me@here'],
    ['behind.example', 'anonymous', 'me@here'],
  ])('finds the login for %s', (host, login, password) => {
    expect(netrcLogin(text, host)).toEqual({ login, password });
  });

  it.each(['', 'machine', 'machine a.example', 'machine a.example login x', 'login x password y'])(
    'finds none in %j',
    (short) => {
      expect(netrcLogin(short, 'a.example')).toBeUndefined();
    },
  );
});
