import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import { Secret } from '@sealift/core/secret';
import { isMissing } from '@sealift/io/file-errors';
import { z } from 'zod';
import type { Credential } from './credential.ts';
import { readBounded } from './verify-stream.ts';

const fileLimitBytes = 1024 * 1024;
const helperLimitBytes = 64 * 1024;
const helperTimeoutMs = 30_000;

const entrySchema = z.looseObject({
  auth: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  identitytoken: z.string().optional(),
});
const fileSchema = z.looseObject({
  auths: z.record(z.string(), entrySchema).optional(),
  credsStore: z.string().optional(),
  credHelpers: z.record(z.string(), z.string()).optional(),
});
const helperAnswerSchema = z.object({ Username: z.string(), Secret: z.string() });

/**
 * The login for a registry, as `docker login` and `skopeo login` keep it: `$DOCKER_CONFIG/config.json`, else
 * `~/.docker/config.json`; a credential helper named there for the registry comes first, then the common one, then the file.
 *
 * @param registry `host` or `host:port`
 * @returns undefined when there is no login for it
 * @throws CREDENTIALS_UNREADABLE, CREDENTIAL_HELPER_FAILED
 */
export async function findCredential(
  registry: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Credential | undefined> {
  const folder = env['DOCKER_CONFIG'] ?? join(env['HOME'] ?? homedir(), '.docker');
  const path = join(folder, 'config.json');
  const file = await readFile(path);
  if (file === undefined) return undefined;
  const keys = namesOf(registry);
  const helper = ownMember(file.credHelpers, keys) ?? file.credsStore;
  if (helper !== undefined && helper !== '') {
    for (const key of keys) {
      const found = await askHelper(helper, key, env);
      if (found !== undefined) return found;
    }
  }
  const entry = ownMember(file.auths, keys);
  return entry === undefined ? undefined : fromEntry(entry, path);
}

/** The names a registry has in such files; Docker Hub's is historical. */
function namesOf(registry: string): readonly string[] {
  const hub = registry === 'docker.io' ? ['https://index.docker.io/v1/'] : [];
  return [...hub, registry, `https://${registry}`, `https://${registry}/`, `http://${registry}`];
}

function ownMember<Value>(
  record: Readonly<Record<string, Value>> | undefined,
  keys: readonly string[],
): Value | undefined {
  const key = keys.find((name) => record !== undefined && Object.hasOwn(record, name));
  return key === undefined ? undefined : record?.[key];
}

async function readFile(path: string): Promise<z.infer<typeof fileSchema> | undefined> {
  try {
    const file = await open(path, 'r');
    const bytes = await readBounded(file.createReadStream(), fileLimitBytes, path);
    return fileSchema.parse(JSON.parse(bytes.toString('utf8')));
  } catch (error) {
    if (isMissing(error)) return undefined;
    // A parser's message may quote the file, which holds passwords.
    const reason =
      error instanceof SyntaxError || error instanceof z.ZodError ? 'not of the form expected' : 'unreadable';
    throw new SealiftError('CREDENTIALS_UNREADABLE', { values: { path, reason }, place: path });
  }
}

function fromEntry(entry: z.infer<typeof entrySchema>, path: string): Credential | undefined {
  if (entry.identitytoken !== undefined && entry.identitytoken !== '') {
    return { kind: 'identity-token', token: new Secret(entry.identitytoken) };
  }
  if (entry.username !== undefined && entry.password !== undefined) {
    return { kind: 'basic', username: entry.username, password: new Secret(entry.password) };
  }
  if (entry.auth === undefined || entry.auth === '') return undefined;
  const text = Buffer.from(entry.auth, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1) {
    throw new SealiftError('CREDENTIALS_UNREADABLE', {
      values: { path, reason: 'an auth member is not base64 of user:password' },
      place: path,
    });
  }
  return { kind: 'basic', username: text.slice(0, colon), password: new Secret(text.slice(colon + 1)) };
}

/** Asks `docker-credential-<helper> get` (docker-credential-helpers protocol): the server on stdin, JSON on stdout. */
async function askHelper(
  helper: string,
  server: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Credential | undefined> {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,99}$/.test(helper)) throw helperFailed(helper, 'its name is not a plain word');
  const { code, output } = await runHelper(`docker-credential-${helper}`, server, env);
  if (code !== 0) {
    if (/credentials not found/i.test(output)) return undefined;
    throw helperFailed(helper, `exit code ${code}`);
  }
  const answer = helperAnswerSchema.safeParse(parseJson(output));
  if (!answer.success) throw helperFailed(helper, 'its answer is not of the form expected');
  const { Username: username, Secret: secret } = answer.data;
  if (username === '' && secret === '') return undefined;
  return username === '<token>'
    ? { kind: 'identity-token', token: new Secret(secret) }
    : { kind: 'basic', username, password: new Secret(secret) };
}

async function runHelper(
  program: string,
  input: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<{ code: number | null; output: string }> {
  const child = spawn(program, ['get'], {
    env: { ...env },
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: helperTimeoutMs,
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', (error) => reject(helperFailed(program, error.message)));
    child.once('close', resolve);
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  try {
    const [bytes, code] = await Promise.all([readBounded(child.stdout, helperLimitBytes, program), ended]);
    return { code, output: bytes.toString('utf8') };
  } catch (error) {
    child.kill();
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function helperFailed(helper: string, reason: string): SealiftError {
  return new SealiftError('CREDENTIAL_HELPER_FAILED', { values: { helper, reason } });
}
