import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { sessionSchema } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { Secret } from '@sealift/core/secret';
import { ApiClient } from '../api-client.ts';
import type { CliContext } from '../context.ts';
import { checkPlatformUrl, profilePath, saveLogin } from '../platform/profile.ts';

const maxTokenBytes = 1000;

/** Verifies the token with the console, then keeps it. The token never comes from the command line, where others can read it. */
export async function login(
  address: string,
  options: { tokenFile?: string; json?: true },
  context: CliContext,
): Promise<void> {
  const url = checkPlatformUrl(address);
  const token = new Secret(await readToken(options.tokenFile));
  const client = new ApiClient({ url, token, env: context.env, cancel: context.cancel });
  const session = await client.get('/api/v1/session', sessionSchema);
  const profile = profilePath(context.env);
  await saveLogin(profile, { url, token });
  if (options.json === true) context.out(JSON.stringify({ url, username: session.username, profile }));
  else context.out(`Logged in to ${url} as ${session.username}.`);
}

async function readToken(file: string | undefined): Promise<string> {
  const text = (file === undefined ? await ask() : await readTokenFile(file)).trim();
  if (/^[\x21-\x7e]+$/.test(text) && text.length <= maxTokenBytes) return text;
  const reason = 'it is empty or has characters that no token has';
  throw new SealiftError('INPUT_INVALID', { values: { what: 'the token', reason }, place: file ?? 'the answer' });
}

async function readTokenFile(file: string): Promise<string> {
  try {
    return await readFile(file === '-' ? '/dev/stdin' : file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new SealiftError('FILE_NOT_FOUND', { values: { path: file }, cause: error });
    }
    throw new SealiftError('FILE_UNREADABLE', { values: { path: file, reason: String(error) }, cause: error });
  }
}

/** Asks on the terminal without showing what is typed. */
async function ask(): Promise<string> {
  if (!process.stdin.isTTY) {
    const reason = 'there is no terminal to ask for the token';
    throw new SealiftError('USAGE', {
      values: { reason },
      hint: 'Give --token-file FILE, or --token-file - to pipe it in.',
    });
  }
  process.stderr.write('API token: ');
  const hidden = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: hidden, terminal: true });
  try {
    return await reader.question('');
  } finally {
    reader.close();
    process.stderr.write('\n');
  }
}
