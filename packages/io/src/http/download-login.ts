import { SealiftError } from '@sealift/core/errors';
import type { Secret } from '@sealift/core/secret';
import { isLoopbackHost } from './loopback.ts';

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

/** Demands that a login crosses no network unprotected. @throws DOWNLOAD_LOGIN_EXPOSED */
export function demandProtected({ source }: DownloadLogin, { protocol, hostname, host }: URL): void {
  if (protocol === 'https:' || isLoopbackHost(hostname)) return;
  throw new SealiftError('DOWNLOAD_LOGIN_EXPOSED', { values: { source, host } });
}

/** Why a server wants another login than it was given, or one at all (status 401). @param place the address, without secrets */
export function loginRefusal(login: DownloadLogin | undefined, place: string): SealiftError {
  if (login === undefined) return new SealiftError('DOWNLOAD_LOGIN_NEEDED', { values: { url: place }, place });
  const { username, source } = login;
  return new SealiftError('DOWNLOAD_LOGIN_REFUSED', { values: { url: place, username, source }, place });
}
