import { createHash, timingSafeEqual } from 'node:crypto';
import type { Secret } from '@sealift/core/secret';
import type { Authorize } from './routes/routes.ts';

/** Somebody who may use a registry that serves by itself. */
export interface RegistryUser {
  readonly name: string;
  readonly password: Secret;
  readonly access: 'pull' | 'push';
}

/** Lets in exactly these users, by name and password, and others as far as it is said; compares in constant time. */
export function userAccess(users: readonly RegistryUser[], anonymous: 'none' | 'pull' = 'none'): Authorize {
  const known = users.map((user) => ({ access: user.access, login: fingerprint(user.name, user.password.reveal()) }));
  return (credential) => {
    if (credential.kind === 'anonymous') return Promise.resolve(anonymous);
    if (credential.kind === 'bearer') return Promise.resolve('none');
    const login = fingerprint(credential.username, credential.password.reveal());
    const matches = known.filter((user) => timingSafeEqual(user.login, login));
    return Promise.resolve(matches[0]?.access ?? 'none');
  };
}

function fingerprint(name: string, password: string): Buffer {
  return createHash('sha256').update(`${name.length}:${name}${password}`).digest();
}
