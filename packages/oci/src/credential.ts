import type { Secret } from '@sealift/core/secret';

/** A login to a registry: user name and password, or an identity token to be exchanged for access tokens. */
export type Credential =
  | { readonly kind: 'basic'; readonly username: string; readonly password: Secret }
  | { readonly kind: 'identity-token'; readonly token: Secret };

/** A login by user name and password; an API token of the platform goes in as password, with any user name. */
export function basicCredential(username: string, password: Secret): Credential {
  return { kind: 'basic', username, password };
}
