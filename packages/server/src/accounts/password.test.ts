import { describe, expect, it } from 'vitest';
import { hashPassword, unmatchable, verifyPassword } from './password.ts';
import { checkPassword } from './password-rules.ts';

describe('hashPassword', () => {
  it('makes argon2id hashes with a salt of their own, which only the password fits', async () => {
    const [first, second] = await Promise.all([hashPassword('four random words'), hashPassword('four random words')]);
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(first).not.toBe(second);
    expect(await verifyPassword('four random words', first)).toBe(true);
    expect(await verifyPassword('four random word', first)).toBe(false);
    expect(await verifyPassword('four random words', unmatchable)).toBe(false);
    expect(await verifyPassword('x', 'not a hash')).toBe(false);
  });

  it('takes the same password from another keyboard', async () => {
    const hash = await hashPassword('Zoe\u0308 mag Ka\u0308se und Brot');
    expect(await verifyPassword('Zo\u00eb mag K\u00e4se und Brot', hash)).toBe(true);
  });
});

describe('checkPassword', () => {
  it.each([
    'Password123456!',
    'p@ssw0rdp@ssw0rd',
    'aaaaaaaaaaaaaaaa',
    'abcabcabcabcabcabc',
    '12345678901234',
    'qwertyuiop1234!!',
    'Welcome2Sealift2026',
    'administrator2026',
    'Letmein-letmein-1',
  ])('refuses %s', (password) => {
    expect(() => checkPassword(password, 'ann', 'password')).toThrow(
      expect.objectContaining({ code: 'PASSWORD_TOO_COMMON', place: 'password' }),
    );
  });

  it('refuses little more than the user name', () => {
    expect(() => checkPassword('katharina.2026!', 'katharina', 'password')).toThrow(/user name/);
  });

  it.each(['four random words here', 'Xk2#vv9!qLm0zRt', 'correct horse battery', 'Donaudampfschiff7'])(
    'takes %s',
    (password) => {
      expect(() => checkPassword(password, 'ann', 'password')).not.toThrow();
    },
  );
});
