import { Secret } from '@sealift/core/secret';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { formatUsers, hashPassword, parseUsers, storedUserAccess, type StoredUser } from './users-file.ts';

const basic = (username: string, password: string) =>
  ({ kind: 'basic', username, password: new Secret(password) }) as const;

describe('a file of users', () => {
  let hashes: Record<'old' | 'new', string>;
  beforeAll(async () => {
    hashes = { old: await hashPassword(new Secret('old')), new: await hashPassword(new Secret('new')) };
  });

  const user = (until: string): StoredUser => ({
    name: 'me',
    access: 'push',
    passwords: [
      { hash: hashes.new, until: null },
      { hash: hashes.old, until },
    ],
  });

  it('lets in by the new password and by the old one until that ends, also one that was right just before', async () => {
    const until = new Date(Date.now() + 60_000).toISOString();
    const users = parseUsers(formatUsers([user(until)]), 'users.json');
    const authorize = storedUserAccess(users);
    const ask = (name: string, password: string) => authorize(basic(name, password), '');
    expect(await Promise.all([ask('me', 'new'), ask('me', 'old'), ask('me', 'no'), ask('you', 'new')])).toEqual([
      'push',
      'push',
      'none',
      'none',
    ]);
    vi.useFakeTimers({ now: Date.now() + 61_000, toFake: ['Date'] });
    try {
      expect(await Promise.all([ask('me', 'new'), ask('me', 'old')])).toEqual(['push', 'none']);
    } finally {
      vi.useRealTimers();
    }
  });

  it('is refused where it is of a newer version, or is something else', () => {
    const code = (text: string): unknown => {
      try {
        return parseUsers(text, 'users.json');
      } catch (error) {
        return error instanceof Error && 'code' in error ? error.code : error;
      }
    };
    expect(code('{"format":2,"users":[]}')).toBe('USERS_NEWER');
    expect(code('{"format":1,"users":[]}')).toBe('CREDENTIALS_UNREADABLE');
    expect(code('no')).toBe('CREDENTIALS_UNREADABLE');
    expect(code(formatUsers([{ ...user(new Date().toISOString()), name: 'a:b' }]))).toBe('CREDENTIALS_UNREADABLE');
  });
});
