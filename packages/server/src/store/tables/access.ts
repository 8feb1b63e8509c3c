import type { Role } from '@sealift/core/api';
import type { Generated, Selectable } from 'kysely';

/** Accounts, how they sign in, and what is written of what they do. */
export interface AccessTables {
  readonly access_policy: AccessPolicyTable;
  readonly account: AccountTable;
  readonly api_token: ApiTokenTable;
  readonly audit_checkpoint: AuditCheckpointTable;
  readonly audit_entry: AuditEntryTable;
  readonly audit_head: AuditHeadTable;
  readonly idempotent_request: IdempotentRequestTable;
  readonly password_link: PasswordLinkTable;
  readonly session: SessionTable;
  readonly setup_link: SetupLinkTable;
  readonly sign_in_failure: SignInFailureTable;
  readonly single_sign_on: SingleSignOnTable;
}

interface AccessPolicyTable {
  /** Always 1. */
  id: number;
  /** Grows with every change. */
  revision: number;
  banner: string | null;
  second_person: boolean;
  changed_by: string | null;
  changed_at: Date | null;
}

interface AccountTable {
  id: string;
  username: string;
  /** Null where its owner signs in elsewhere, or has not chosen one yet. */
  password_hash: string | null;
  role: Role;
  created_at: Date;
  /** Of the password before, which is not taken again. */
  previous_password_hash: Generated<string | null>;
  disabled_at: Generated<Date | null>;
  last_sign_in_at: Generated<Date | null>;
  /** Grows with every change. */
  revision: Generated<number>;
  /** Issuer and subject at the provider of single sign-on, as canonical JSON; null for an account of the console's own. */
  provider_subject: Generated<string | null>;
}
export type AccountRow = Selectable<AccountTable>;

interface SignInFailureTable {
  /** Lower-case, whether or not such an account exists, so that an answer never tells. */
  username: string;
  failures: number;
  last_at: Date;
  locked_until: Date | null;
}

interface SetupLinkTable {
  token_hash: string;
  expires_at: Date;
}

interface PasswordLinkTable {
  token_hash: string;
  account_id: string;
  expires_at: Date;
}

interface SessionTable {
  token_hash: string;
  account_id: string;
  created_at: Date;
  expires_at: Date;
  /** By which it is ended; it opens nothing. */
  id: string;
  address: string;
  agent: string;
  last_used_at: Date;
}

interface ApiTokenTable {
  id: string;
  account_id: string;
  name: string;
  secret_hash: string;
  created_at: Date;
  expires_at: Date;
  /** The token that made it, if one did; it goes when that one is removed. */
  made_by: string | null;
  role: Role;
  last_used_at: Generated<Date | null>;
  last_used_from: Generated<string | null>;
}

interface SingleSignOnTable {
  /** Always 1. */
  id: number;
  /** Grows with every change. */
  revision: number;
  /** The settings without the secret as canonical JSON; null where there are none. */
  document: string | null;
  /** The client's secret, sealed with the key of that id, bound to the document. */
  secret: string | null;
  key_id: string | null;
  changed_by: string | null;
  changed_at: Date | null;
}

interface AuditCheckpointTable {
  /** Number and hash of the last entry that it is about. */
  sequence: number;
  hash: string;
  at: Date;
  key_id: string;
  /** The file. */
  signed: string;
}

interface AuditEntryTable {
  sequence: number;
  at: Date;
  actor: string;
  address: string;
  action: string;
  subject: string;
  /** Canonical JSON. */
  details: string;
  previous_hash: string;
  hash: string;
}
export type AuditEntryRow = Selectable<AuditEntryTable>;

/** One row: where the chain ends, so that a removed tail is seen too. */
interface AuditHeadTable {
  id: number;
  sequence: number;
  hash: string;
}

interface IdempotentRequestTable {
  account_id: string;
  /** SHA-256 of the `Idempotency-Key`, in hex: the key itself is not stored. */
  key_hash: string;
  /** What was asked for: HMAC-SHA-256 under the key, in hex, so that nobody learns a password from it. */
  fingerprint: string;
  begun_at: Date;
  /** Until then whoever answers it is taken to live. */
  alive_until: Date;
  expires_at: Date;
  /** Null until it was answered. */
  answered_at: Date | null;
  /** Of the answer. */
  status: number | null;
  /** The answer (gzip); null where it has none, or none that is kept. */
  answer: Buffer | null;
}
