import type { Secret } from '@sealift/core/secret';

/** A login for one server, and where it comes from, for messages. */
export interface DownloadLogin {
  readonly username: string;
  readonly password: Secret;
  /** Such as `/home/me/.netrc`. */
  readonly source: string;
}

/** The value of an `Authorization` header (RFC 7617). */
export function basicAuthorization({ username, password }: DownloadLogin): string {
  return `Basic ${Buffer.from(`${username}:${password.reveal()}`).toString('base64')}`;
}
