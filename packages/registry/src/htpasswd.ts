import { SealiftError } from '@sealift/core/errors';
import { bcryptHash, hashedAccess, type HashedPassword } from './hashed-users.ts';
import type { Authorize, RegistryAccess } from './routes/access.ts';

const lineLimit = 10_000;

/**
 * Reads the lines of an htpasswd file with bcrypt hashes (`htpasswd -B`), the only ones that are safe to keep.
 *
 * @param access what its users may do
 * @throws CREDENTIALS_UNREADABLE with the line's number
 */
export function htpasswdAccess(text: string, path: string, access: Exclude<RegistryAccess, 'none'>): Authorize {
  const users = new Map<string, readonly HashedPassword[]>();
  const lines = text.split(/\r?\n/);
  if (lines.length > lineLimit) throw unreadable(path, `it has more than ${lineLimit} lines`);
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [, name = '', hash = ''] = /^([^:]{1,255}):(.*)$/.exec(line.trim()) ?? [];
    if (!bcryptHash.test(hash)) {
      throw unreadable(path, `line ${index + 1} is not a name and a bcrypt hash (htpasswd -B)`);
    }
    users.set(name, [{ hash, access }]);
  }
  return hashedAccess(users);
}

function unreadable(path: string, reason: string): SealiftError {
  return new SealiftError('CREDENTIALS_UNREADABLE', {
    values: { path, reason },
    place: path,
    hint: 'Write the file with htpasswd -B; other hashes than bcrypt are not taken.',
  });
}
