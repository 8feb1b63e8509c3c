import { isSealiftError } from '@sealift/core/errors';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { catalogScope, formatScopes, type RepositoryAction, type RepositoryScope } from '../tokens/repository-scope.ts';
import { isRegistryToken, type TokenService } from '../tokens/token-service.ts';
import {
  type Authorize,
  credentialOf,
  type RegistryAccess,
  type RegistryCredential,
  type RegistryLogin,
} from './access.ts';
import { RegistryRefusal } from './failure.ts';
import type { LoginAttempts } from './login-attempts.ts';

/** The name by which tokens are asked for; there is one registry behind one token service. */
export const tokenServiceName = 'sealift-registry';
/** Where tokens are handed out, on the registry's own host. */
export const tokenPath = '/token';

/** What stands between a request and the registry. */
export interface Gate {
  readonly authorize: Authorize;
  readonly attempts: LoginAttempts;
  /** Without it clients are asked for Basic. */
  readonly tokens: TokenService | undefined;
  /** Why nothing may be changed for now, whoever asks; undefined when it may. */
  readonly readOnly: (() => Promise<string | undefined>) | undefined;
}

/** What a request may do; `null` scopes stand for every repository. */
export interface Admission {
  readonly access: Exclude<RegistryAccess, 'none'>;
  readonly anonymous: boolean;
  /** Who it is, for the log of changes; empty where nobody says. */
  readonly name: string;
  readonly scopes: readonly RepositoryScope[] | null;
  /** Whether it may list the repositories. */
  readonly catalog: boolean;
}

/** What an endpoint asks for: something in a repository, or the list of them; undefined for those that ask for a login alone. */
export type Need = { readonly repository: string; readonly action: RepositoryAction } | 'catalog' | undefined;

/**
 * Lets a request in or refuses it.
 *
 * @throws RegistryRefusal UNAUTHORIZED with the challenge, DENIED, TOOMANYREQUESTS
 */
export async function admit(gate: Gate, request: FastifyRequest, need: Need): Promise<Admission> {
  const credential = credentialOf(request);
  const admission = await admissionOf(gate, credential, request);
  // A client learns from this answer where tokens are, so nobody without one is let in here.
  const needsToken = need === undefined && credential.kind === 'anonymous' && gate.tokens !== undefined;
  if (admission === undefined || needsToken) throw unauthorized(gate, request, need);
  if (need === undefined) return admission;
  if (need === 'catalog') {
    if (admission.catalog) return admission;
    throw unauthorized(gate, request, need, 'insufficient_scope');
  }
  if (need.action !== 'pull') {
    if (admission.access === 'pull') {
      if (admission.anonymous) throw unauthorized(gate, request, need);
      throw new RegistryRefusal(403, 'DENIED', 'this account may pull and not push');
    }
    const reason = await gate.readOnly?.();
    if (reason !== undefined) throw new RegistryRefusal(403, 'DENIED', reason);
  }
  if (!allows(admission, need.repository, need.action)) {
    throw unauthorized(gate, request, need, 'insufficient_scope');
  }
  return admission;
}

/** Whether a request may do something in a repository. */
export function allows({ scopes }: Admission, repository: string, action: RepositoryAction): boolean {
  return scopes === null || scopes.some((scope) => scope.repository === repository && scope.actions.includes(action));
}

/**
 * What a login may do; `none` when it is not good.
 *
 * @throws RegistryRefusal TOOMANYREQUESTS while this address has to wait; nothing was compared then
 */
export async function checkLogin(
  { authorize, attempts }: Pick<Gate, 'authorize' | 'attempts'>,
  credential: RegistryCredential,
  { ip }: Pick<FastifyRequest, 'ip'>,
): Promise<RegistryLogin> {
  const judge = async (): Promise<RegistryLogin> => {
    const found = await authorize(credential, ip);
    if (typeof found !== 'string') return found;
    return { access: found, name: credential.kind === 'basic' ? credential.username : '' };
  };
  if (credential.kind === 'anonymous') return await judge();
  try {
    return await attempts.attempt(ip, judge, ({ access }) => access === 'none');
  } catch (error) {
    if (!isSealiftError(error, 'RATE_LIMITED')) throw error;
    const seconds = /\d+/.exec(error.hint)?.[0] ?? '1';
    const message = `too many failed logins from this address; wait ${seconds} seconds`;
    throw new RegistryRefusal(429, 'TOOMANYREQUESTS', message, { 'retry-after': seconds });
  }
}

async function admissionOf(
  gate: Gate,
  credential: RegistryCredential,
  request: FastifyRequest,
): Promise<Admission | undefined> {
  if (credential.kind === 'bearer' && isRegistryToken(credential.token)) {
    return gate.tokens?.verify(credential.token);
  }
  const { access, name } = await checkLogin(gate, credential, request);
  if (access === 'none') return undefined;
  return { access, name, anonymous: credential.kind === 'anonymous', scopes: null, catalog: true };
}

const challengedActions: Readonly<Record<RepositoryAction, readonly RepositoryAction[]>> = {
  pull: ['pull'],
  push: ['pull', 'push'],
  delete: ['delete'],
};

/** RFC 9110, section 11.6.1; the parameters of `Bearer` are those of distribution's token authentication. */
function unauthorized(gate: Gate, request: FastifyRequest, need: Need, error?: 'insufficient_scope'): RegistryRefusal {
  const message = error === undefined ? 'log in with a user name and a password or token' : 'the token is not for this';
  const realm = gate.tokens === undefined ? undefined : realmOf(request);
  if (realm === undefined) {
    return new RegistryRefusal(401, 'UNAUTHORIZED', message, {
      'www-authenticate': 'Basic realm="sealift", charset="UTF-8"',
    });
  }
  const scope = challengedScope(need);
  const parameters = { realm, service: tokenServiceName, scope, error: error ?? '' };
  const written = Object.entries(parameters)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}="${value}"`);
  return new RegistryRefusal(401, 'UNAUTHORIZED', message, { 'www-authenticate': `Bearer ${written.join(',')}` });
}

function challengedScope(need: Need): string {
  if (need === undefined) return '';
  return need === 'catalog' ? catalogScope : formatScopes([{ ...need, actions: challengedActions[need.action] }]);
}

/** The token service's address as this client reaches it; undefined when its `Host` is none that can be repeated. */
function realmOf({ protocol, host }: FastifyRequest): string | undefined {
  return /^[\w.-]{1,255}(?::\d{1,5})?$|^\[[\da-fA-F:.]{2,45}\](?::\d{1,5})?$/.test(host)
    ? `${protocol}://${host}${tokenPath}`
    : undefined;
}

/** A token must not be kept by anything on the way (RFC 6749, section 5.1). */
export function forbidStoring(reply: FastifyReply): void {
  reply.headers({ 'cache-control': 'no-store', pragma: 'no-cache' });
}
