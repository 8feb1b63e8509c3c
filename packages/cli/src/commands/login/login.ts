import { hostname } from 'node:os';
import { createdTokenSchema, sessionSchema } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import { Secret } from '@sealift/core/secret';
import { ApiClient } from '../../client/api-client.ts';
import type { CliContext } from '../../context.ts';
import { checkPlatformUrl, profilePath, saveLogin } from '../../client/profile.ts';
import { askHidden, readPasswordFile, readSecretFile } from '../../terminal/secret-input.ts';

const maxTokenBytes = 1000;

export interface LoginOptions {
  readonly tokenFile?: string;
  readonly username?: string;
  readonly passwordFile?: string;
  readonly json?: true;
}

/** Verifies the token with the console, then keeps it. The token never comes from the command line, where others can read it. */
export async function login(address: string, options: LoginOptions, context: CliContext): Promise<void> {
  const url = checkPlatformUrl(address);
  const { username } = options;
  if (username === undefined && options.passwordFile !== undefined)
    throw new SealiftError('USAGE', { values: { reason: '--password-file needs --username' } });
  if (username !== undefined && options.tokenFile !== undefined)
    throw new SealiftError('USAGE', { values: { reason: 'give --username or --token-file, not both' } });
  const token =
    username === undefined
      ? new Secret(await readToken(options.tokenFile))
      : await makeToken(url, username, await readPassword(options.passwordFile), context);
  const client = new ApiClient({ url, token, env: context.env, cancel: context.cancel });
  const session = await client.get('/api/v1/session', sessionSchema);
  const profile = profilePath(context.env);
  await saveLogin(profile, { url, token });
  if (options.json === true) context.out(JSON.stringify({ url, username: session.username, profile }));
  else context.out(`Logged in to ${url} as ${session.username}.`);
}

/** Signs in only for as long as it takes to make the token. */
async function makeToken(url: string, username: string, password: Secret, context: CliContext): Promise<Secret> {
  const { env, cancel } = context;
  const nobody = new ApiClient({ url, env, cancel });
  const cookie = await nobody.openSession('/api/v1/session', { username, password: password.reveal() });
  const client = new ApiClient({ url, cookie, env, cancel });
  // Nothing else of the answer matters: a console of another version may tell more or less of a token.
  const answer = createdTokenSchema.pick({ secret: true });
  const { secret } = await client.post('/api/v1/tokens', { name: `sealift on ${hostname()}` }, answer);
  await client.closeSession();
  return new Secret(secret);
}

async function readPassword(file: string | undefined): Promise<Secret> {
  return new Secret(file === undefined ? await askHidden('Password', noTerminal) : await readPasswordFile(file));
}

async function readToken(file: string | undefined): Promise<string> {
  const text = (file === undefined ? await askHidden('API token', noTerminal) : await readSecretFile(file)).trim();
  if (/^[\x21-\x7e]+$/.test(text) && text.length <= maxTokenBytes) return text;
  const reason = 'it is empty or has characters that no token has';
  throw new SealiftError('INPUT_INVALID', { values: { what: 'the token', reason }, place: file ?? 'the answer' });
}

function noTerminal(): SealiftError {
  const reason = 'there is no terminal to ask for it';
  return new SealiftError('USAGE', {
    values: { reason },
    hint: 'Give --token-file FILE, or --username NAME with --password-file FILE; - stands for standard input.',
  });
}
