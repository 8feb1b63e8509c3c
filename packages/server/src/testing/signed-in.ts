import type { Role } from '@sealift/core/api';
import type { FastifyInstance } from 'fastify';
import { newSetupToken } from '../accounts/setup.ts';
import type { Store } from '../store/store.ts';
import { TestClient } from './test-client.ts';

export const password = 'four random words here';

/** Makes the first administrator, `admin`. */
export async function setUp(store: Store, app: FastifyInstance): Promise<TestClient> {
  const client = new TestClient(app);
  const token = await newSetupToken(store.db);
  const made = await client.call('POST', '/setup', { token, username: 'admin', password });
  if (made.status !== 201) throw new Error(made.text);
  return client;
}

/** Makes an account of a role as whoever manages accounts does, and signs in as its owner. */
export async function signedInAs(app: FastifyInstance, admin: TestClient, username: string, role: Role) {
  const made = await admin.call('POST', '/accounts', { username, role });
  if (made.status !== 201) throw new Error(made.text);
  const { account, link } = made.body as unknown as { account: { id: string }; link: { token: string } };
  const client = new TestClient(app);
  const chosen = await client.call('POST', '/password-link', { token: link.token, password });
  if (chosen.status !== 204) throw new Error(chosen.text);
  const entered = await client.call('POST', '/session', { username, password });
  if (entered.status !== 200) throw new Error(entered.text);
  return { client, id: account.id };
}
