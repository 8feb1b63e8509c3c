import type { Authenticate } from '../http/guard-routes.ts';
import type { Db } from '../store/store.ts';
import { findApiToken } from './api-tokens.ts';
import { sessionSecret } from './session-cookie.ts';
import { findSession } from './sessions.ts';

/**
 * Finds out who calls: by an API token of the `Authorization` header (RFC 6750), else by the session cookie. A bad token is not
 * made good by a cookie.
 */
export function authenticateBy(db: Db): Authenticate {
  return async (request) => {
    const header = request.headers.authorization;
    if (header !== undefined) {
      const token = /^Bearer ([A-Za-z0-9_-]{1,200})$/i.exec(header)?.[1];
      return token === undefined ? null : findApiToken(db, token, request.ip);
    }
    const secret = sessionSecret(request);
    return secret === undefined ? null : findSession(db, secret, request.ip);
  };
}
