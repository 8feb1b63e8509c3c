import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createdTokenSchema, trustedKeySchema } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { Secret } from '@sealift/core/secret';
import { ApiClient } from '../api-client.ts';
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
  const cookie = await setUp(setupUrl, { username, password: password.reveal() });
  const token = new Secret(await makeToken(url, cookie));
  const api = new ApiClient({ url, token, env: demo.env, cancel: demo.cancel });
  await api.post('/api/v1/trusted-keys', { publicKey: vendor.publicKey }, trustedKeySchema);
  await sealift(demo, 'trusting the vendor key', ['keys', 'trust', vendor.publicKeyFile]);
  const tokenFile = join(demo.folder.home, 'token');
  await writeFile(tokenFile, token.reveal(), { mode: 0o600 });
  await sealift(demo, 'logging in', ['login', url, '--token-file', tokenFile]);
  return { username, password, api };
}

/** @returns the session cookie */
async function setUp(setupUrl: string | null, account: { username: string; password: string }): Promise<string> {
  const url = setupUrl === null ? null : new URL(setupUrl);
  const token = new URLSearchParams(url?.hash.slice(1)).get('token');
  if (url === null || token === null) throw setUpFailed('the console gave no link to make the first administrator');
  const answer = await post(`${url.origin}/api/v1/setup`, { token, ...account });
  await answer.arrayBuffer();
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';', 1)[0])
    .join('; ');
}

async function makeToken(url: string, cookie: string): Promise<string> {
  const answer = await post(`${url}/api/v1/tokens`, { name: 'support host', expiresInDays: 7 }, { cookie });
  return createdTokenSchema.parse(await answer.json()).secret;
}

/** For the two calls that come before there is a token. */
async function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  if (!answer.ok) throw setUpFailed(`${url} answered ${answer.status}: ${await answer.text()}`);
  return answer;
}

function setUpFailed(reason: string): SealiftError {
  return new SealiftError('DEMO_STEP_FAILED', { values: { name: 'the set-up', reason } });
}
