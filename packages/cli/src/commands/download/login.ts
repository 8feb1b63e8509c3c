import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { DownloadLogin } from '@sealift/io/http/download-login';
import { netrcLogin } from '@sealift/bundle/netrc';
import { isSealiftError, SealiftError } from '@sealift/core/errors';
import { Secret } from '@sealift/core/secret';
import type { Environment } from '@sealift/io/http/environment';
import { readNamedFile } from '@sealift/io/read-file';
import { askHidden, readPasswordFile } from '../../terminal/secret-input.ts';

/** Which login a person named; a password is never among it. */
export interface LoginOptions {
  readonly username?: string;
  readonly passwordFile?: string;
}

const maxNetrcBytes = 1024 * 1024;

/**
 * The login for a server: by options, else by variables, else by `.netrc`.
 *
 * @throws USAGE, FILE_*, INPUT_*
 */
export async function findDownloadLogin(
  url: URL,
  { username, passwordFile }: LoginOptions,
  env: Environment,
): Promise<DownloadLogin | undefined> {
  if (username !== undefined) {
    const password =
      passwordFile === undefined ? await askPassword(username, url) : await readPasswordFile(passwordFile);
    return { username, password: new Secret(password), source: '--username' };
  }
  if (passwordFile !== undefined) throw misuse('--password-file needs --username');
  const name = env['SEALIFT_DOWNLOAD_USERNAME'] ?? '';
  const secret = env['SEALIFT_DOWNLOAD_PASSWORD'] ?? '';
  if (name !== '' && secret !== '') {
    return { username: name, password: new Secret(secret), source: 'SEALIFT_DOWNLOAD_USERNAME' };
  }
  if (name !== '' || secret !== '') {
    throw misuse('SEALIFT_DOWNLOAD_USERNAME and SEALIFT_DOWNLOAD_PASSWORD belong together, and one of them is not set');
  }
  return await netrcEntry(url, env);
}

/**
 * Asks for name and password where a server wants a login and nobody gave one.
 *
 * @param needed the error when there is no terminal
 */
export async function askDownloadLogin(url: URL, needed: SealiftError): Promise<DownloadLogin> {
  if (!process.stdin.isTTY) throw needed;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  let username: string;
  try {
    username = (await terminal.question(`User name for ${url.host}: `)).trim();
  } finally {
    terminal.close();
  }
  if (username === '') throw needed;
  return { username, password: new Secret(await askPassword(username, url)), source: 'the terminal' };
}

async function askPassword(username: string, { host }: URL): Promise<string> {
  return await askHidden(`Password of ${username} for ${host}`, () =>
    misuse('there is no terminal to ask for the password on; give --password-file FILE, - for standard input'),
  );
}

async function netrcEntry({ hostname }: URL, env: Environment): Promise<DownloadLogin | undefined> {
  const named = env['NETRC'] ?? '';
  const path = named === '' ? join(env['HOME'] ?? homedir(), '.netrc') : named;
  let text: string;
  try {
    text = (await readNamedFile(path, maxNetrcBytes)).toString('utf8');
  } catch (error) {
    if (named === '' && isSealiftError(error, 'FILE_NOT_FOUND')) return undefined;
    throw error;
  }
  const entry = netrcLogin(text, hostname.replace(/^\[(.*)\]$/, '$1'));
  if (entry === undefined) return undefined;
  return { username: entry.login, password: new Secret(entry.password), source: path };
}

function misuse(reason: string): SealiftError {
  return new SealiftError('USAGE', { values: { reason } });
}
