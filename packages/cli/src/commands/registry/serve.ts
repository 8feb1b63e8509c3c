import { join } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import { Secret } from '@sealift/core/secret';
import { readNamedFile } from '@sealift/io/read-file';
import { htpasswdAccess } from '@sealift/registry/htpasswd';
import { keptCertificate, namesOfThisMachine } from '@sealift/registry/kept-certificate';
import type { Authorize } from '@sealift/registry/routes';
import { type RegistryUser, userAccess } from '@sealift/registry/users';
import { serveRegistry } from '@sealift/registry/serve';
import type { CliContext } from '../../context.ts';

/** The options of `registry serve` as they are typed. */
export interface RegistryServeOptions {
  readonly storage: string;
  readonly listen: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly pushUser: readonly string[];
  readonly pullUser: readonly string[];
  readonly quota?: string;
  readonly tlsSelfSigned?: boolean;
  readonly htpasswd?: string;
  readonly anonymousPull?: boolean;
  readonly basicOnly?: boolean;
  readonly json?: boolean;
}

/** Serves the registry until the context is cancelled. @throws USAGE, FILE_UNREADABLE, what serving fails with */
export async function serveUntilStopped(options: RegistryServeOptions, context: CliContext): Promise<void> {
  const { host, port } = parseAddress(options.listen);
  const authorize = await authorizeBy(options);
  const { tls, fingerprint, path } = await readTls(options, host);
  const served = await serveRegistry({
    storageDir: options.storage,
    host,
    port,
    authorize,
    tokens: options.basicOnly !== true,
    ...(tls === undefined ? {} : { tls }),
    quotaBytes: options.quota === undefined ? undefined : parseSize(options.quota),
    log: (line) => context.note(line.trimEnd()),
  });
  const { registry, url } = served;
  if (options.json === true) {
    context.out(JSON.stringify({ registry, url, storage: options.storage, fingerprint, certificate: path }));
  } else {
    context.out(`Registry ${url} serves ${options.storage}`);
    if (fingerprint !== undefined) context.out(`Certificate ${path}, SHA-256 ${fingerprint}`);
    if (tls === undefined)
      context.note('Plain HTTP: only this machine can reach it. For others give it a certificate.');
  }
  try {
    await new Promise<void>((resolve) => {
      if (context.cancel.aborted) resolve();
      else context.cancel.addEventListener('abort', () => resolve(), { once: true });
    });
  } finally {
    await served.close();
  }
}

/** Everybody who was named, one way or the other. @throws USAGE when that is nobody */
async function authorizeBy(options: RegistryServeOptions): Promise<Authorize> {
  const users = [
    ...(await Promise.all(options.pushUser.map((text) => readUser(text, 'push')))),
    ...(await Promise.all(options.pullUser.map((text) => readUser(text, 'pull')))),
  ];
  const { htpasswd } = options;
  if (users.length === 0 && htpasswd === undefined) {
    throw new SealiftError('USAGE', {
      values: { reason: 'nobody could use this registry: name a user with --push-user, or a file with --htpasswd' },
      place: '--push-user',
    });
  }
  const named = userAccess(users, options.anonymousPull === true ? 'pull' : 'none');
  if (htpasswd === undefined) return named;
  const listed = htpasswdAccess(await readText(htpasswd), htpasswd, 'push');
  return async (credential, address) => {
    const access = await named(credential, address);
    return access === 'none' ? await listed(credential, address) : access;
  };
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

/** How a registry shows who it is; without TLS, nothing. */
interface Identity {
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly fingerprint?: string;
  /** Where a certificate that was made is. */
  readonly path?: string;
}

async function readTls(options: RegistryServeOptions, host: string): Promise<Identity> {
  const { tlsCert, tlsKey, tlsSelfSigned } = options;
  const given = tlsCert !== undefined || tlsKey !== undefined;
  if (tlsSelfSigned === true) {
    if (given)
      throw new SealiftError('USAGE', { values: { reason: '--tls-self-signed stands for --tls-cert and --tls-key' } });
    const made = await keptCertificate(join(options.storage, 'tls'), namesOfThisMachine(host));
    return { tls: { cert: made.cert, key: made.key }, fingerprint: made.fingerprint, path: made.path };
  }
  if (!given) return {};
  if (tlsCert === undefined || tlsKey === undefined) {
    throw new SealiftError('USAGE', { values: { reason: '--tls-cert and --tls-key belong together' } });
  }
  return { tls: { cert: await readText(tlsCert), key: await readText(tlsKey) } };
}

/** Larger than any certificate with all that stand above it. */
const pemLimitBytes = 1024 * 1024;

async function readText(path: string): Promise<string> {
  return (await readNamedFile(path, pemLimitBytes)).toString('utf8');
}
