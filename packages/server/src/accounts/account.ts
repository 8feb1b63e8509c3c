import type { Role } from '@sealift/core/api';

/** An account whose owner was just proved: by its password, or by the one-time link that made it. */
export interface Account {
  readonly id: string;
  readonly username: string;
  readonly role: Role;
}
