import { createHmac, randomBytes } from 'node:crypto';
import { compare } from 'bcryptjs';
import type { Authorize, RegistryAccess } from './routes/access.ts';

/** Clients may send the password with every request; bcrypt on each would be all that the server does. */
const rememberMs = 60_000;
const rememberAtMost = 1000;
/** What a password is compared with when there is no such user, so that the time tells nothing: matches none. */
const unmatchable = `$2b$10$${'.'.repeat(53)}`;

/** A bcrypt hash of a password. */
export const bcryptHash = /^\$2[aby]\$(?:0[4-9]|1[0-6])\$[./A-Za-z0-9]{53}$/;

/** One password of a user. */
export interface HashedPassword {
  /** As `bcryptHash` has it. */
  readonly hash: string;
  readonly access: Exclude<RegistryAccess, 'none'>;
  /** When it ends, in milliseconds since 1970; without it, never. */
  readonly untilMs?: number | undefined;
}

/**
 * Lets in users by bcrypt hashes, each by any of his passwords that has not ended. Whoever asks is compared with as many hashes as any user has: the
 * time tells neither who there is nor how many passwords he has.
 */
export function hashedAccess(users: ReadonlyMap<string, readonly HashedPassword[]>): Authorize {
  const count = Math.max(1, ...[...users.values()].map(({ length }) => length));
  const key = randomBytes(32);
  const good = new Map<string, { readonly access: RegistryAccess; readonly until: number }>();
  return async (credential) => {
    if (credential.kind !== 'basic') return 'none';
    const { username, password } = credential;
    const login = JSON.stringify([username, password.reveal()]);
    const mark = createHmac('sha256', key).update(login).digest('hex');
    const known = good.get(mark);
    if (known !== undefined && known.until > Date.now()) return known.access;
    const passwords = users.get(username) ?? [];
    let found: HashedPassword | undefined;
    for (let index = 0; index < count; index += 1) {
      const one = passwords[index];
      const matches = await compare(password.reveal(), one?.hash ?? unmatchable);
      if (matches && (one?.untilMs ?? Number.POSITIVE_INFINITY) > Date.now()) found = one;
    }
    if (found === undefined) return 'none';
    if (good.size >= rememberAtMost) good.clear();
    const until = Math.min(Date.now() + rememberMs, found.untilMs ?? Number.POSITIVE_INFINITY);
    good.set(mark, { access: found.access, until });
    return found.access;
  };
}
