import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createdTokenSchema, trustedKeySchema } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { Secret } from '@sealift/core/secret';
import { ApiClient } from '../client/api-client.ts';
import type { DemoContext } from './demo-context.ts';
import { sealift, type Vendor } from './vendor.ts';

export interface Administrator {
  readonly username: string;
  readonly password: Secret;
  /** Calls the console with an API token. */
  readonly api: ApiClient;
}

/**
 * Makes the first administrator through the console's one-time link, logs the support host in with an API token, and lets
 * both the console and the support host trust the vendor's key.
 */
export async function makeAdministrator(
  demo: DemoContext,
  running: { readonly url: string; readonly setupUrl: string | null },
  vendor: Vendor,
): Promise<Administrator> {
  const { url, setupUrl } = running;
  const username = 'admin';
  const password = new Secret(`demo-${randomBytes(9).toString('base64url')}`);
  const { env, cancel } = demo;
  const account = { username, password: password.reveal() };
  const nobody = new ApiClient({ url, env, cancel });
  const cookie = await nobody.openSession('/api/v1/setup', { token: setupToken(setupUrl), ...account });
  const session = new ApiClient({ url, cookie, env, cancel });
  const tokenRequest = { name: 'support host', expiresInDays: 7 };
  const token = new Secret((await session.post('/api/v1/tokens', tokenRequest, createdTokenSchema)).secret);
  const api = new ApiClient({ url, token, env, cancel });
  await api.post('/api/v1/trusted-keys', { publicKey: vendor.publicKey }, trustedKeySchema);
  await sealift(demo, 'trusting the vendor key', ['keys', 'trust', vendor.publicKeyFile]);
  const tokenFile = join(demo.folder.home, 'token');
  await writeFile(tokenFile, token.reveal(), { mode: 0o600 });
  await sealift(demo, 'logging in', ['login', url, '--token-file', tokenFile]);
  return { username, password, api };
}

/** The token of the one-time link, which stands behind the `#` so that no server's log gets it. */
function setupToken(setupUrl: string | null): string {
  const token = setupUrl === null ? null : new URLSearchParams(new URL(setupUrl).hash.slice(1)).get('token');
  if (token === null) throw setUpFailed('the console gave no link to make the first administrator');
  return token;
}

function setUpFailed(reason: string): SealiftError {
  return new SealiftError('DEMO_STEP_FAILED', { values: { name: 'the set-up', reason } });
}
