import type { Role } from '@sealift/core/api';

/** An authenticated caller; also the actor that the audit log names. */
export interface Principal {
  readonly accountId: string;
  /** User name. */
  readonly name: string;
  /** Network address of the request. */
  readonly address: string;
  /** Of the account; of an API token its own, which its account's allows. */
  readonly role: Role;
  /** When the session or token ends. */
  readonly expiresAt: Date;
  /** Whether the account has a password of its own. */
  readonly hasPassword: boolean;
  /** The API token that it calls with; absent for a session. */
  readonly tokenId?: string;
  /** The session that it calls in; absent for a token. */
  readonly sessionId?: string;
}

/** The gateway that signed a request. */
export interface SignedBy {
  readonly id: string;
  readonly name: string;
  readonly site: string;
  /** Network address of the request. */
  readonly address: string;
  /** Grows with every request of it that changes something. */
  readonly sequence: number;
  /** That it signed for the body: `sha-256=:…:`. */
  readonly contentDigest: string;
}
