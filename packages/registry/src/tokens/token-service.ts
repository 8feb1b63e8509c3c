import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SealiftError } from '@sealift/core/errors';
import { Secret } from '@sealift/core/secret';
import { writeFileAtomically } from '@sealift/io/durable-file';
import { isMissing } from '@sealift/io/file-errors';
import { z } from 'zod';
import type { RegistryAccess } from '../routes/access.ts';
import { catalogScope, parseScopes, type RepositoryScope } from './repository-scope.ts';

const prefix = 'sealift-registry.';
const keyBytes = 32;
const textLimit = 8192;
const lifeSeconds = 300;
/** How far this machine's clock may be moved without every token becoming invalid, in seconds. */
const clockLeewaySeconds = 60;

const claimsSchema = z.object({
  access: z.enum(['pull', 'push']),
  anonymous: z.boolean(),
  name: z.string().default(''),
  scopes: z.array(z.object({ repository: z.string(), actions: z.array(z.enum(['pull', 'push', 'delete'])) })),
  catalog: z.boolean().default(false),
  from: z.int(),
  until: z.int(),
});

/** What a token lets its holder do. */
export interface TokenGrant {
  /** What the holder may do at all; a wider scope would not be granted. */
  readonly access: Exclude<RegistryAccess, 'none'>;
  /** Whether it was given without a login, so that one might allow more. */
  readonly anonymous: boolean;
  /** Who logged in for it; empty where nobody did. */
  readonly name: string;
  readonly scopes: readonly RepositoryScope[];
  /** Whether it lets list the repositories. */
  readonly catalog: boolean;
}

/** A token as it is handed out. */
export interface IssuedToken extends TokenGrant {
  readonly token: Secret;
  readonly expiresInSeconds: number;
}

/**
 * Hands out tokens that say which actions they allow in which repositories, and checks them without asking for a password
 * again (distribution's token authentication). A token is opaque to clients: claims and their HMAC-SHA-256 under a key that
 * only this storage has. Tokens outlive a restart, because the key is kept.
 */
export class TokenService {
  readonly #key: Buffer;
  readonly #now: () => number;

  /** @param now the time in milliseconds since 1970 */
  constructor(key: Buffer, now: () => number = Date.now) {
    this.#key = key;
    this.#now = now;
  }

  /** Opens the key of a storage folder, which must be locked, and makes it the first time. @throws FILE_UNREADABLE */
  static async open(folder: string): Promise<TokenService> {
    const path = join(folder, 'token-key');
    const key = (await readKey(path)) ?? (await makeKey(path));
    if (key.byteLength === keyBytes) return new TokenService(key);
    throw new SealiftError('FILE_UNREADABLE', {
      values: { path, reason: `expected ${keyBytes} bytes, found ${key.byteLength}` },
      place: path,
      hint: 'Remove the file; it is made again, and clients log in once more.',
    });
  }

  /** Grants what is asked for as far as the holder may have it. @param catalog whether to list the repositories is asked for */
  issue(
    { access, anonymous, name = '' }: Pick<TokenGrant, 'access' | 'anonymous'> & { readonly name?: string },
    asked: readonly RepositoryScope[],
    catalog = false,
  ): IssuedToken {
    const scopes = asked
      .map(({ repository, actions }) => ({
        repository,
        actions: actions.filter((action) => access === 'push' || action === 'pull'),
      }))
      .filter(({ actions }) => actions.length > 0);
    const from = Math.floor(this.#now() / 1000);
    const claims = Buffer.from(
      JSON.stringify({ access, anonymous, name, scopes, catalog, from, until: from + lifeSeconds }),
    ).toString('base64url');
    const token = new Secret(`${prefix}${claims}.${this.#sign(claims).toString('base64url')}`);
    return { access, anonymous, name, scopes, catalog, token, expiresInSeconds: lifeSeconds };
  }

  /** What a token grants now; undefined when it was not made here, was changed, or has ended. */
  verify(token: Secret): TokenGrant | undefined {
    const text = token.reveal();
    if (!isRegistryToken(token) || text.length > textLimit) return undefined;
    const [claims = '', signature = '', ...more] = text.slice(prefix.length).split('.');
    const found = Buffer.from(signature, 'base64url');
    const wanted = this.#sign(claims);
    if (more.length > 0 || found.byteLength !== wanted.byteLength || !timingSafeEqual(found, wanted)) return undefined;
    const { from, until, ...grant } = claimsSchema.parse(JSON.parse(Buffer.from(claims, 'base64url').toString()));
    const now = this.#now() / 1000;
    const current = from - clockLeewaySeconds <= now && now < until + clockLeewaySeconds;
    return current ? grant : undefined;
  }

  #sign(claims: string): Buffer {
    return createHmac('sha256', this.#key).update(claims).digest();
  }
}

/** Whether a bearer token has the form of those handed out here, valid or not. */
export function isRegistryToken(token: Secret): boolean {
  return token.reveal().startsWith(prefix);
}

/** Scopes as they fit into a token: a request for more than a header may carry is cut. */
export function scopesAskedFor(texts: readonly string[]): RepositoryScope[] {
  let room = textLimit / 2;
  return parseScopes(texts).filter(({ repository, actions }) => {
    room -= repository.length + actions.length * 10 + 30;
    return room > 0;
  });
}

/** Whether the list of repositories is asked for. */
export function asksForCatalog(texts: readonly string[]): boolean {
  return texts.flatMap((text) => text.split(' ')).includes(catalogScope);
}

async function readKey(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function makeKey(path: string): Promise<Buffer> {
  const key = randomBytes(keyBytes);
  await writeFileAtomically(path, key, 0o600);
  return key;
}
