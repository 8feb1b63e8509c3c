import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createdTokenSchema, trustedKeySchema } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { ConsoleApi } from './console-api.ts';
import type { DemoContext } from './demo-context.ts';
import { sealift, type Vendor } from './vendor.ts';

export interface Administrator {
  readonly username: string;
  readonly password: string;
  /** Calls the console with an API token. */
  readonly api: ConsoleApi;
  readonly token: string;
}

/**
 * Makes the first administrator through the console's one-time link, an API token for the support host, and lets both
 * the console and the support host trust the vendor's key.
 */
export async function makeAdministrator(
  demo: DemoContext,
  running: { readonly url: string; readonly setupUrl: string | null },
  vendor: Vendor,
): Promise<Administrator> {
  const token = new URLSearchParams(new URL(running.setupUrl ?? running.url).hash.slice(1)).get('token');
  if (token === null) {
    const reason = 'the console gave no link to make the first administrator';
    throw new SealiftError('DEMO_STEP_FAILED', { values: { name: 'the set-up', reason } });
  }
  const [username, password] = ['admin', `demo-${randomBytes(9).toString('base64url')}`];
  const cookie = await new ConsoleApi(running.url).postForCookie('/setup', { token, username, password });
  const session = new ConsoleApi(running.url, { cookie });
  const created = await session.post('/tokens', { name: 'support host', expiresInDays: 7 }, createdTokenSchema);
  const api = new ConsoleApi(running.url, { token: created.secret });
  await api.post('/trusted-keys', { publicKey: vendor.publicKey }, trustedKeySchema);
  await sealift(demo, 'trusting the vendor key', ['keys', 'trust', vendor.publicKeyFile]);
  const signIn = `Address:  ${running.url}\nUser:     ${username}\nPassword: ${password}\n`;
  await writeFile(join(demo.folder.path, 'sign-in.txt'), signIn, { mode: 0o600 });
  return { username, password, api, token: created.secret };
}
