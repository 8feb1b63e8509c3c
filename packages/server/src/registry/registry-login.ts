import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Authorize } from '@sealift/registry/routes';
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
  const isPassword = rememberedPasswords(db);
  return async (credential, address) => {
    if (credential.kind === 'anonymous') return 'none';
    if (credential.kind === 'basic' && credential.username === internalUser) {
      return same(credential.password.reveal(), internalSecret) ? 'pull' : 'none';
    }
    const secret = (credential.kind === 'bearer' ? credential.token : credential.password).reveal();
    const owner = await findApiToken(db, secret, address);
    // The user name beside a token is whatever the client wrote; the token's owner is who did it.
    if (owner !== null) return { access: 'push', name: owner.name };
    const isAccount =
      credential.kind === 'basic' &&
      !secret.startsWith('sealift_') &&
      (await isPassword(credential.username, secret, address));
    return isAccount ? 'push' : 'none';
  };
}

/** While an upgrade locks the console, its content may be pulled and not changed, whoever asks. */
export function registryReadOnly(db: Db): () => Promise<string | undefined> {
  return async () => {
    const upgrade = await lockedBy(db);
    return upgrade === null ? undefined : `upgrade ${upgrade} locks the console; until it ends, content is only pulled`;
  };
}

function rememberedPasswords(db: Db): (username: string, password: string, address: string) => Promise<boolean> {
  const key = randomBytes(32);
  const good = new Map<string, number>();
  return async (username, password, address) => {
    const mark = createHmac('sha256', key)
      .update(JSON.stringify([username, password]))
      .digest('hex');
    if ((good.get(mark) ?? 0) > performance.now()) {
      await refuseLocked(db, username);
      return true;
    }
    if ((await checkCredentials(db, { username, password }, address)) === null) return false;
    if (good.size >= rememberAtMost) good.clear();
    good.set(mark, performance.now() + rememberMs);
    return true;
  };
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
