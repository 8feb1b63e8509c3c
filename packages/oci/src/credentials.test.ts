import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { isSealiftError } from '@sealift/core/errors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findCredential } from './credentials.ts';

let folder: string;
let env: Record<string, string | undefined>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealift-credentials-'));
  env = { DOCKER_CONFIG: folder, PATH: `${folder}${delimiter}${process.env['PATH']}` };
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function config(content: unknown): Promise<void> {
  await writeFile(join(folder, 'config.json'), typeof content === 'string' ? content : JSON.stringify(content));
}

async function helper(name: string, script: string): Promise<void> {
  const path = join(folder, `docker-credential-${name}`);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
}

async function login(registry: string): Promise<string | undefined> {
  const found = await findCredential(registry, env);
  if (found === undefined) return undefined;
  return found.kind === 'basic' ? `${found.username}:${found.password.reveal()}` : `token:${found.token.reveal()}`;
}

async function failure(registry: string): Promise<string> {
  try {
    return `none: ${await login(registry)}`;
  } catch (error) {
    return isSealiftError(error) ? error.code : String(error);
  }
}

const auth = Buffer.from('user:pass:word').toString('base64');

describe('registry logins', () => {
  it('are none where there is no file', async () => {
    expect(await login('a.example')).toBeUndefined();
  });

  it('come from the Docker configuration file', async () => {
    await config({
      auths: { 'a.example:5000': { auth }, 'https://b.example': { auth }, 'https://index.docker.io/v1/': { auth } },
    });
    expect(await login('a.example:5000')).toBe('user:pass:word');
    expect(await login('b.example')).toBe('user:pass:word');
    expect(await login('docker.io')).toBe('user:pass:word');
    expect(await login('a.example')).toBeUndefined();
    expect(await login('__proto__')).toBeUndefined();
  });

  it('come from the helper of the registry before the common one', async () => {
    await config({ credsStore: 'common', credHelpers: { 'a.example': 'own' }, auths: { 'c.example': { auth } } });
    await helper('own', 'read -r server; printf \'{"Username":"own","Secret":"%s"}\' "$server"');
    await helper(
      'common',
      'read -r server; case "$server" in b.example) printf \'{"Username":"<token>","Secret":"t"}\';; *) echo credentials not found in native keychain; exit 1;; esac',
    );
    expect(await login('a.example')).toBe('own:a.example');
    expect(await login('b.example')).toBe('token:t');
    expect(await login('c.example')).toBe('user:pass:word');
  });

  it('are refused with the reason where the file or the helper is broken, without its content', async () => {
    await config('{"auths": {"a.example": {"auth": "secret');
    expect(await failure('a.example')).toBe('CREDENTIALS_UNREADABLE');
    await expect(findCredential('a.example', env)).rejects.not.toThrow(/secret/);
    await config({ auths: { 'a.example': { auth: Buffer.from('nocolon').toString('base64') } } });
    expect(await failure('a.example')).toBe('CREDENTIALS_UNREADABLE');
    await config({ credsStore: 'absent' });
    expect(await failure('a.example')).toBe('CREDENTIAL_HELPER_FAILED');
    await config({ credsStore: '../evil' });
    expect(await failure('a.example')).toBe('CREDENTIAL_HELPER_FAILED');
    await config({ credsStore: 'broken' });
    await helper('broken', 'echo nonsense');
    expect(await failure('a.example')).toBe('CREDENTIAL_HELPER_FAILED');
  });
});
