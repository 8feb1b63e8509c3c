import { createHmac, randomBytes } from 'node:crypto';
import { SealiftError } from '@sealift/core/errors';
import { compare } from 'bcryptjs';
import type { Authorize, RegistryAccess } from './routes/access.ts';

const lineLimit = 10_000;
/** Clients may send the password with every request; bcrypt on each would be all that the registry does. */
const rememberMs = 60_000;
const rememberAtMost = 1000;
/** What a password is compared with when there is no such user, so that the time tells nothing: matches none. */
const unmatchable = `$2b$10$${'.'.repeat(53)}`;

/**
 * Reads the lines of an htpasswd file with bcrypt hashes (`htpasswd -B`), the only ones that are safe to keep.
 *
 * @param access what its users may do
 * @throws CREDENTIALS_UNREADABLE with the line's number
 */
export function htpasswdAccess(text: string, path: string, access: Exclude<RegistryAccess, 'none'>): Authorize {
  const hashes = new Map<string, string>();
  const lines = text.split(/\r?\n/);
  if (lines.length > lineLimit) throw unreadable(path, `it has more than ${lineLimit} lines`);
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [, name = '', hash = ''] =
      /^([^:]{1,255}):(\$2[aby]\$(?:0[4-9]|1[0-6])\$[./A-Za-z0-9]{53})$/.exec(line.trim()) ?? [];
    if (name === '') throw unreadable(path, `line ${index + 1} is not a name and a bcrypt hash (htpasswd -B)`);
    hashes.set(name, hash);
  }
  const key = randomBytes(32);
  const good = new Map<string, number>();
  return async (credential) => {
    if (credential.kind !== 'basic') return 'none';
    const { username, password } = credential;
    const login = JSON.stringify([username, password.reveal()]);
    const mark = createHmac('sha256', key).update(login).digest('hex');
    if ((good.get(mark) ?? 0) > Date.now()) return access;
    if (!(await compare(password.reveal(), hashes.get(username) ?? unmatchable))) return 'none';
    if (good.size >= rememberAtMost) good.clear();
    good.set(mark, Date.now() + rememberMs);
    return access;
  };
}

function unreadable(path: string, reason: string): SealiftError {
  return new SealiftError('CREDENTIALS_UNREADABLE', {
    values: { path, reason },
    place: path,
    hint: 'Write the file with htpasswd -B; other hashes than bcrypt are not taken.',
  });
}
