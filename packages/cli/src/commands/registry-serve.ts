import { readFile } from 'node:fs/promises';
import { SealiftError } from '@sealift/core/errors';
import { Secret } from '@sealift/core/secret';
import { type RegistryUser, userAccess } from '@sealift/registry/users';
import { serveRegistry } from '@sealift/registry/serve';
import type { CliContext } from '../context.ts';
import type { RegistryServeOptions } from './registry.ts';

/** Serves the registry until the context is cancelled. @throws USAGE, FILE_UNREADABLE, what serving fails with */
export async function serveUntilStopped(options: RegistryServeOptions, context: CliContext): Promise<void> {
  const { host, port } = parseAddress(options.listen);
  const users = [
    ...(await Promise.all(options.pushUser.map((text) => readUser(text, 'push')))),
    ...(await Promise.all(options.pullUser.map((text) => readUser(text, 'pull')))),
  ];
  if (users.length === 0) {
    throw new SealiftError('USAGE', {
      values: { reason: 'nobody could use this registry: name a user with --push-user' },
      place: '--push-user',
    });
  }
  const served = await serveRegistry({
    storageDir: options.storage,
    host,
    port,
    authorize: userAccess(users),
    ...(await readTls(options)),
    quotaBytes: options.quota === undefined ? undefined : parseSize(options.quota),
  });
  context.out(`Registry ${served.url} serves ${options.storage}`);
  try {
    await new Promise<void>((resolve) => {
      if (context.cancel.aborted) resolve();
      else context.cancel.addEventListener('abort', () => resolve(), { once: true });
    });
  } finally {
    await served.close();
  }
}

function parseAddress(text: string): { host: string; port: number } {
  const found = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const host = found?.[1] ?? found?.[2];
  const port = Number(found?.[3]);
  if (host !== undefined && port <= 65_535) return { host, port };
  throw new SealiftError('USAGE', { values: { reason: 'expected host:port' }, place: `--listen ${text}` });
}

const units: Readonly<Record<string, number>> = { '': 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };

function parseSize(text: string): number {
  const [, number, unit = ''] = /^(\d{1,9})(KiB|MiB|GiB|TiB)?$/.exec(text) ?? [];
  const factor = units[unit];
  if (number !== undefined && factor !== undefined) return Number(number) * factor;
  throw new SealiftError('USAGE', { values: { reason: 'expected a size such as 200GiB' }, place: `--quota ${text}` });
}

async function readUser(text: string, access: 'pull' | 'push'): Promise<RegistryUser> {
  const equals = text.indexOf('=');
  const name = text.slice(0, Math.max(0, equals));
  if (!/^[A-Za-z0-9][A-Za-z0-9._@-]{0,99}$/.test(name)) {
    throw new SealiftError('USAGE', { values: { reason: 'expected name=password-file' }, place: `--${access}-user` });
  }
  const password = (await readText(text.slice(equals + 1))).replace(/\r?\n$/, '');
  if (password === '') {
    throw new SealiftError('USAGE', { values: { reason: 'the password file is empty' }, place: text });
  }
  return { name, password: new Secret(password), access };
}

async function readTls({ tlsCert, tlsKey }: RegistryServeOptions): Promise<{ tls?: { cert: string; key: string } }> {
  if (tlsCert === undefined && tlsKey === undefined) return {};
  if (tlsCert === undefined || tlsKey === undefined) {
    throw new SealiftError('USAGE', { values: { reason: '--tls-cert and --tls-key belong together' } });
  }
  return { tls: { cert: await readText(tlsCert), key: await readText(tlsKey) } };
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SealiftError('FILE_UNREADABLE', { values: { path, reason }, place: path, cause: error });
  }
}
