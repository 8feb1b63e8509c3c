import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RegistryStorage } from '@sealift/registry/storage';
import { TokenService } from '@sealift/registry/token-service';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { newSetupToken } from '../accounts/setup.ts';
import { buildApp } from '../app/build-app.ts';
import { memoryConsole } from '../testing/memory-console.ts';
import { sharedStore } from '../testing/shared-store.ts';

const login = { username: 'admin', password: 'four random words here' };
const store = sharedStore();
let folder: string;
let storage: RegistryStorage;
let app: FastifyInstance;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-doors-'));
  storage = await RegistryStorage.open(folder);
  const registryTokens = await TokenService.open(folder);
  app = await buildApp({ parts: memoryConsole(store()), registryStorage: storage, registryTokens });
  const token = await newSetupToken(store().db);
  await app.inject({ method: 'POST', url: '/api/v1/setup', payload: { token, ...login } });
});
afterEach(async () => {
  await app.close();
  storage.close();
  await rm(folder, { recursive: true, force: true });
});

/** What a door answers to a password. */
const doors: Readonly<Record<string, (password: string) => Promise<number>>> = {
  'the console': async (password) =>
    (await app.inject({ method: 'POST', url: '/api/v1/session', payload: { ...login, password } })).statusCode,
  'the registry': async (password) => (await app.inject({ url: '/v2/', headers: basic(password) })).statusCode,
  'the token service': async (password) => (await app.inject({ url: '/token', headers: basic(password) })).statusCode,
};

function basic(password: string): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${login.username}:${password}`).toString('base64')}` };
}

it.each(Object.keys(doors))('who guesses at %s waits at every door', async (guessed) => {
  for (let count = 0; count < 5; count += 1) expect(await doors[guessed]?.('wrong')).toBe(401);
  for (const [name, door] of Object.entries(doors)) expect([name, await door(login.password)]).toEqual([name, 429]);
});

it.each(['/v2/', '/token'])('a name that nobody can have is a wrong login at %s', async (url) => {
  const authorization = `Basic ${Buffer.from(`ad\0min:${login.password}`).toString('base64')}`;
  const answer = await app.inject({ url, headers: { authorization } });
  expect(answer.statusCode).toBe(401);
});

it('no door lets a right password in while the account is locked, remembered or not', async () => {
  for (const door of Object.values(doors)) expect(await door(login.password)).toBe(200);
  const locked_until = new Date(Date.now() + 60_000);
  const lock = { username: login.username, failures: 100, last_at: new Date(), locked_until };
  await store().db.insertInto('sign_in_failure').values(lock).execute();
  for (const [name, door] of Object.entries(doors)) expect([name, await door(login.password)]).toEqual([name, 429]);
});
