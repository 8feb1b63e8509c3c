import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import { Secret } from '@sealift/core/secret';
import { writeFileAtomically } from '@sealift/io/durable-file';
import { isLoopbackHost } from '@sealift/io/http/loopback';
import { z } from 'zod';

type Environment = Readonly<Record<string, string | undefined>>;

/** Which console to talk to, and the API token to do it with. */
export interface PlatformLogin {
  /** Origin and path, without a slash at the end. */
  readonly url: string;
  readonly token: Secret;
}

const profileSchema = z.object({ url: z.string().max(2000), token: z.string().min(1).max(1000) });

/** Where `sealift login` keeps the login: `$XDG_CONFIG_HOME/sealift/profile.json`, else below `~/.config`. */
export function profilePath(env: Environment): string {
  const configuration = env['XDG_CONFIG_HOME'] ?? join(env['HOME'] ?? homedir(), '.config');
  return join(configuration, 'sealift', 'profile.json');
}

/**
 * The login of `SEALIFT_URL` and `SEALIFT_TOKEN`, else of the profile; undefined when there is neither.
 *
 * @throws USAGE when only one of the two variables is set, PLATFORM_URL_INVALID, PROFILE_INVALID
 */
export async function findLogin(env: Environment): Promise<PlatformLogin | undefined> {
  const url = env['SEALIFT_URL'] ?? '';
  const token = env['SEALIFT_TOKEN'] ?? '';
  if (url !== '' && token !== '') return { url: checkPlatformUrl(url), token: new Secret(token) };
  if (url !== '' || token !== '') {
    const missing = url === '' ? 'SEALIFT_URL' : 'SEALIFT_TOKEN';
    const reason = `SEALIFT_URL and SEALIFT_TOKEN belong together, and ${missing} is not set`;
    throw new SealiftError('USAGE', { values: { reason }, place: missing, hint: `Set ${missing} too, or neither.` });
  }
  return await readProfile(profilePath(env));
}

/** @throws PLATFORM_UNKNOWN when there is no login, and what `findLogin` throws */
export async function requireLogin(env: Environment): Promise<PlatformLogin> {
  const login = await findLogin(env);
  if (login === undefined) throw new SealiftError('PLATFORM_UNKNOWN');
  return login;
}

/**
 * Keeps a login, readable by this person alone.
 *
 * @throws FILE_UNWRITABLE
 */
export async function saveLogin(path: string, login: PlatformLogin): Promise<void> {
  const text = `${JSON.stringify({ url: login.url, token: login.token.reveal() }, undefined, 2)}\n`;
  await writeFileAtomically(path, text, 0o600);
}

/**
 * The address of a console: HTTPS, or plain HTTP on this machine itself, so that a token never crosses a network unprotected.
 *
 * @throws PLATFORM_URL_INVALID
 */
export function checkPlatformUrl(text: string): string {
  const invalid = (reason: string): SealiftError =>
    new SealiftError('PLATFORM_URL_INVALID', { values: { url: JSON.stringify(text.slice(0, 300)), reason } });
  if (!URL.canParse(text)) throw invalid('it is not a URL');
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw invalid('it does not begin with https://');
  if (url.username !== '' || url.password !== '') throw invalid('a login must not be part of it');
  if (url.search !== '' || url.hash !== '') throw invalid('it must end with the host or a path');
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname))
    throw invalid('plain HTTP to another machine is refused');
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

async function readProfile(path: string): Promise<PlatformLogin | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new SealiftError('PROFILE_INVALID', { values: { path, reason: String(error) }, cause: error });
  }
  try {
    const { url, token } = profileSchema.parse(JSON.parse(text));
    return { url: checkPlatformUrl(url), token: new Secret(token) };
  } catch (error) {
    const reason = error instanceof SealiftError ? error.message : 'it is not what `sealift login` writes';
    throw new SealiftError('PROFILE_INVALID', { values: { path, reason }, cause: error });
  }
}
