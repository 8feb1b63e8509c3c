import type { Role } from '@sealift/core/api';

/** An authenticated caller; also the actor that the audit log names. */
export interface Principal {
  readonly accountId: string;
  /** User name. */
  readonly name: string;
  /** Network address of the request. */
  readonly address: string;
  readonly role: Role;
  /** When the session or token ends. */
  readonly expiresAt: Date;
  /** The API token that it calls with; absent for a session. */
  readonly tokenId?: string;
}
