import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { isAllowed, type Role } from '@sealift/core/api';
import type { Authorize, RegistryAccess } from '@sealift/registry/routes';
import { findApiToken } from '../accounts/api-tokens.ts';
import { checkCredentials, refuseLocked } from '../accounts/sign-in.ts';
import { lockedBy } from '../store/change.ts';
import type { Db } from '../store/store.ts';
import { internalUser } from './registry-link.ts';

/** Clients send the password with every request; argon2 on each would be all that the registry does. */
const rememberMs = 60_000;
const rememberAtMost = 1000;

/** Who may use the embedded registry: an API token as the password of any user name, or as bearer; or an account's name and password. */
export function registryLogin(db: Db, internalSecret: string): Authorize {
  const accountOf = rememberedPasswords(db);
  return async (credential, address) => {
    if (credential.kind === 'anonymous') return 'none';
    if (credential.kind === 'basic' && credential.username === internalUser) {
      // Mirrors into it push.
      return same(credential.password.reveal(), internalSecret) ? 'push' : 'none';
    }
    const secret = (credential.kind === 'bearer' ? credential.token : credential.password).reveal();
    const owner = await findApiToken(db, secret, address);
    // The user name beside a token is whatever the client wrote; the token's owner is who did it.
    if (owner !== null) return { access: accessOf(owner.role), name: owner.name };
    if (credential.kind !== 'basic' || secret.startsWith('sealift_')) return 'none';
    const account = await accountOf(credential.username, secret, address);
    return account === null ? 'none' : accessOf(account.role);
  };
}

/** While an upgrade locks the console, its content may be pulled and not changed, whoever asks. */
export function registryReadOnly(db: Db): () => Promise<string | undefined> {
  return async () => {
    const upgrade = await lockedBy(db);
    return upgrade === null ? undefined : `upgrade ${upgrade} locks the console; until it ends, content is only pulled`;
  };
}

/** What a role may do with content. */
function accessOf(role: Role): RegistryAccess {
  if (isAllowed(role, 'registry.upload')) return 'push';
  return isAllowed(role, 'registry.read') ? 'pull' : 'none';
}

interface Remembered {
  readonly until: number;
  readonly accountId: string;
  /** A password that was changed since is good no more. */
  readonly hash: string;
}

/** The account that a name and a password belong to. What was compared is remembered for a while, what the account may is asked each time. */
function rememberedPasswords(db: Db) {
  const key = randomBytes(32);
  const good = new Map<string, Remembered>();
  return async (username: string, password: string, address: string): Promise<{ readonly role: Role } | null> => {
    const mark = createHmac('sha256', key)
      .update(JSON.stringify([username, password]))
      .digest('hex');
    const known = good.get(mark);
    if (known !== undefined && known.until > performance.now()) {
      await refuseLocked(db, username);
      const now = await accountNow(db, known.accountId);
      if (now !== undefined && now.password_hash === known.hash) return now;
      good.delete(mark);
    }
    const account = await checkCredentials(db, { username, password }, address);
    if (account === null) return null;
    if (good.size >= rememberAtMost) good.clear();
    const until = performance.now() + rememberMs;
    good.set(mark, { until, accountId: account.id, hash: account.passwordHash });
    return account;
  };
}

function accountNow(db: Db, id: string) {
  return db
    .selectFrom('account')
    .select(['role', 'password_hash'])
    .where('id', '=', id)
    .where('disabled_at', 'is', null)
    .executeTakeFirst();
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
