import { Secret } from '@sealift/core/secret';
import { hashSync } from 'bcryptjs';
import { describe, expect, it } from 'vitest';
import { htpasswdAccess } from './htpasswd.ts';
import type { Authorize } from './routes/access.ts';

const text = `# support\nann:${hashSync('a password', 4)}\n\nbob:${hashSync('another', 4).replace('$2b$', '$2y$')}\r\n`;

describe('an htpasswd file', () => {
  it('lets its users in, by bcrypt hash, again and again', async () => {
    const authorize = htpasswdAccess(text, 'htpasswd', 'push');
    const login = (username: string, password: string): ReturnType<Authorize> =>
      authorize({ kind: 'basic', username, password: new Secret(password) }, '127.0.0.1');
    for (let time = 0; time < 2; time += 1) {
      expect(await login('ann', 'a password')).toBe('push');
      expect(await login('bob', 'another')).toBe('push');
      expect(await login('bob', 'a password')).toBe('none');
      expect(await login('eve', 'a password')).toBe('none');
    }
    expect(await authorize({ kind: 'anonymous' }, '127.0.0.1')).toBe('none');
  });

  it.each([
    'ann:$apr1$x$y',
    'ann:plain',
    'ann',
    `:${hashSync('x', 4)}`,
    `ann:${hashSync('x', 4).replace('$04$', '$31$')}`,
  ])('with %s is refused with its line', (line) => {
    expect(() => htpasswdAccess(`# one\n${line}\n`, 'htpasswd', 'push')).toThrow(/line 2/);
  });
});
