import type { SignOnSettings } from '@sealift/core/api';
import { isSealiftError, reasonOf, SealiftError } from '@sealift/core/errors';
import type { Secret } from '@sealift/core/secret';
import { Agents } from '@sealift/io/http/agents';
import { readBody } from '@sealift/io/http/body';
import { trustedCertificates } from '@sealift/io/http/certificates';
import { exchange } from '@sealift/io/http/exchange';
import * as client from 'openid-client';

/** A person waits for it. */
const deadlineMs = 15_000;
/** Larger than any discovery document, set of keys or token. */
const longestAnswer = 1024 * 1024;
/** Nobody may exchange keys or tokens with what is not this machine without TLS. */
const loopback = /^(?:127(?:\.\d{1,3}){3}|\[::1\]|localhost)$/;

/** A provider of OpenID Connect, as its discovery document tells of it (OpenID Connect Discovery 1.0). */
export type Provider = client.Configuration;

/**
 * Asks a provider what it is. Only the origin of the issuer and those that an administrator has allowed are ever asked, no redirect is followed,
 * and answers are bounded.
 *
 * @throws INPUT_INVALID for plain HTTP to another machine, SIGN_ON_PROVIDER_FAILED, SIGN_ON_ORIGIN_REFUSED
 */
export async function findProvider(settings: SignOnSettings, clientSecret: Secret): Promise<Provider> {
  const issuer = new URL(settings.issuer);
  const insecure = issuer.protocol === 'http:';
  if (insecure && !loopback.test(issuer.hostname)) {
    const reason = 'it does not begin with https://';
    throw new SealiftError('INPUT_INVALID', { place: 'body.issuer', values: { what: 'the address', reason } });
  }
  const allowed = new Set([issuer.origin, ...settings.allowedOrigins]);
  const fetch = boundedFetch(allowed, settings.ca);
  const execute = insecure ? [client.allowInsecureRequests] : [];
  try {
    const options = { [client.customFetch]: fetch, timeout: deadlineMs / 1000, execute };
    const found = await client.discovery(issuer, settings.clientId, undefined, client.None(), options);
    const server = found.serverMetadata();
    for (const url of [server.authorization_endpoint, server.token_endpoint, server.jwks_uri]) {
      if (url === undefined) throw new Error('its discovery document lacks an address');
      refuseOther(allowed, new URL(url));
    }
    const provider = new client.Configuration(
      server,
      settings.clientId,
      undefined,
      authentication(server, clientSecret),
    );
    provider[client.customFetch] = fetch;
    provider.timeout = deadlineMs / 1000;
    for (const step of execute) step(provider);
    // The token's signature counts, not only that it came over TLS.
    client.enableNonRepudiationChecks(provider);
    return provider;
  } catch (error) {
    throw (
      ownError(error) ??
      new SealiftError('SIGN_ON_PROVIDER_FAILED', { values: { reason: reasons(error) }, cause: error })
    );
  }
}

/** Our own error behind those that the library made of it. */
export function ownError(error: unknown): SealiftError | undefined {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1) {
    if (cause instanceof SealiftError) return cause;
  }
  return undefined;
}

/** What an error and those behind it say, on one line, without what a peer could put into it at length. */
export function reasons(error: unknown): string {
  const said: string[] = [];
  for (let cause = error, depth = 0; cause instanceof Error && depth < 3; cause = cause.cause, depth += 1) {
    said.push(reasonOf(cause));
  }
  const line = [...new Set(said)].join(': ').replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
  return line.slice(0, 300) || 'no reason was given';
}

/** By what the provider takes, the header of RFC 6749, 2.3.1 first. */
function authentication(server: client.ServerMetadata, secret: Secret): client.ClientAuth {
  const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  const basic = methods.includes('client_secret_basic') || !methods.includes('client_secret_post');
  return basic ? client.ClientSecretBasic(secret.reveal()) : client.ClientSecretPost(secret.reveal());
}

function refuseOther(allowed: ReadonlySet<string>, { origin }: URL): void {
  if (!allowed.has(origin)) throw new SealiftError('SIGN_ON_ORIGIN_REFUSED', { values: { origin } });
}

function boundedFetch(allowed: ReadonlySet<string>, ca: string | null): client.CustomFetch {
  return async (address, { method, headers, body }) => {
    const url = new URL(address);
    refuseOther(allowed, url);
    const trusted = [...trustedCertificates(process.env), ...(ca === null ? [] : [ca])];
    const agents = new Agents(process.env, { keepAlive: false, tls: { ca: trusted } });
    const limits = { idleTimeoutMs: deadlineMs, deadlineMs };
    try {
      const answer = await exchange(agents, {
        method: method === 'POST' ? 'POST' : 'GET',
        url,
        headers,
        ...(body === undefined || body === null ? {} : { body: textOf(body) }),
        ...limits,
        repeatable: false,
      });
      const bytes = await readBody(answer, longestAnswer, limits);
      const status = answer.statusCode ?? 502;
      // Its own failure is no refusal of the person, who would be locked out for it in the end.
      if (status >= 500) {
        const reason = `${url.origin} answers with status ${status}`;
        throw new SealiftError('SIGN_ON_PROVIDER_FAILED', { values: { reason } });
      }
      const type = answer.headers['content-type'];
      return new Response(status === 204 || status === 304 ? null : new Uint8Array(bytes), {
        status,
        headers: type === undefined ? {} : { 'content-type': type },
      });
    } catch (error) {
      if (isSealiftError(error)) throw error;
      throw new SealiftError('SIGN_ON_PROVIDER_FAILED', { values: { reason: reasons(error) }, cause: error });
    } finally {
      agents.close();
    }
  };
}

function textOf(body: NonNullable<client.FetchBody>): string {
  if (typeof body === 'string') return body;
  if (body instanceof URLSearchParams) return body.toString();
  throw new TypeError('a form was expected');
}
