import type { Role } from '@sealift/core/api';

/** An account whose owner was just proved: by its password, by a one-time link, or by single sign-on. */
export interface Account {
  readonly id: string;
  readonly username: string;
  readonly role: Role;
  readonly hasPassword: boolean;
}
