import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { SealiftError } from '@sealift/core/errors';
import { Secret } from '@sealift/core/secret';
import { z } from 'zod';
import type { Credential } from '../credential.ts';
import { readBounded } from '../verify-stream.ts';
import { type Challenge, parseChallenges } from './challenge.ts';
import { refusal } from './failures.ts';
import { placeOf } from './origin.ts';
import { bodyOf, type Exchange } from './transport.ts';

const tokenAnswerLimitBytes = 256 * 1024;
const defaultTokenSeconds = 60;
/** A token is renewed this long before it ends, so that it does not end on its way. */
const tokenMarginMs = 10_000;

const tokenAnswerSchema = z.object({
  token: z.string().optional(),
  access_token: z.string().optional(),
  expires_in: z.number().optional(),
});

/** What a request is for, in distribution's token scopes, with spaces between them: `repository:<name>:pull,push`. */
export type Scope = `repository:${string}:${string}` | 'registry:catalog:*' | '';

/** How the authenticator reaches a token service. */
export type Fetch = (exchange: Pick<Exchange, 'method' | 'url' | 'headers' | 'body'>) => Promise<IncomingMessage>;

/**
 * Answers a registry's challenges: Basic (RFC 7617), or Bearer with a token service (distribution's token
 * authentication specification, and its OAuth2 variant for identity tokens). Tokens are kept for each scope until they end.
 */
export class Authenticator {
  readonly #origin: URL;
  readonly #credential: Credential | undefined;
  readonly #tokens = new Map<string, { readonly header: Secret; readonly endsAt: number }>();
  #challenge: Challenge | undefined;

  constructor(origin: URL, credential: Credential | undefined) {
    this.#origin = origin;
    this.#credential = credential;
  }

  /** Whether the registry ever asked who it is. */
  get wasAsked(): boolean {
    return this.#challenge !== undefined;
  }

  /** The `Authorization` header to send beforehand, as far as the registry's way is known. */
  async header(scope: Scope, fetch: Fetch): Promise<Secret | undefined> {
    if (this.#challenge === undefined) return undefined;
    if (this.#challenge.scheme === 'basic') return this.#basic();
    const held = this.#tokens.get(scope);
    if (held !== undefined && held.endsAt - tokenMarginMs > Date.now()) return held.header;
    return await this.#token(this.#challenge, scope, fetch);
  }

  /**
   * Takes in a 401 answer and gives the header for the next try.
   *
   * @throws REGISTRY_UNAUTHORIZED when there is no login that fits; whatever the token service failed with
   */
  async answer(refused: IncomingMessage, scope: Scope, place: string, fetch: Fetch): Promise<Secret> {
    const challenges = parseChallenges(refused.headers['www-authenticate'] ?? '');
    const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
    const basic = challenges.find(({ scheme }) => scheme === 'basic');
    const header = this.#credential?.kind === 'basic' && basic !== undefined ? this.#basic() : undefined;
    if (header !== undefined) {
      this.#challenge = basic;
      return header;
    }
    if (bearer !== undefined) {
      this.#challenge = bearer;
      return await this.#token(bearer, scope, fetch);
    }
    throw unauthorized(this.#credential === undefined ? 'no login for it was found' : 'no way in that fits', place);
  }

  #basic(): Secret | undefined {
    if (this.#credential?.kind !== 'basic') return undefined;
    const { username, password } = this.#credential;
    return new Secret(`Basic ${Buffer.from(`${username}:${password.reveal()}`).toString('base64')}`);
  }

  async #token(challenge: Challenge, scope: Scope, fetch: Fetch): Promise<Secret> {
    const realm = this.#realm(challenge);
    const place = placeOf(realm);
    const service = challenge.parameters.get('service');
    const answer = await fetch(this.#tokenRequest(realm, service, scope));
    if (answer.statusCode !== 200) {
      const error = await refusal(answer, 'token service', place);
      throw error.code === 'REGISTRY_REFUSED' ? unauthorized(error.message, place) : error;
    }
    const bytes = await readBounded(bodyOf(answer, 30_000, place, 30_000), tokenAnswerLimitBytes, 'the token', place);
    const held = tokenAnswer(bytes, place);
    const header = new Secret(`Bearer ${held.token.reveal()}`);
    this.#tokens.set(scope, { header, endsAt: Date.now() + held.seconds * 1000 });
    return header;
  }

  #tokenRequest(
    realm: URL,
    service: string | undefined,
    scope: Scope,
  ): Pick<Exchange, 'method' | 'url' | 'headers' | 'body'> {
    const query = new URLSearchParams(service === undefined ? {} : { service });
    if (this.#credential?.kind === 'identity-token') {
      if (scope !== '') query.set('scope', scope);
      query.set('grant_type', 'refresh_token');
      query.set('client_id', 'sealift');
      query.set('refresh_token', this.#credential.token.reveal());
      return { method: 'POST', url: realm, ...form(query) };
    }
    for (const one of scope.split(' ').filter(Boolean)) query.append('scope', one);
    const url = new URL(realm);
    for (const [name, value] of query) url.searchParams.append(name, value);
    const header = this.#basic();
    return { method: 'GET', url, headers: header === undefined ? {} : { authorization: header.reveal() } };
  }

  /** A login goes to the realm, so it must not be any address a stranger names: HTTPS, or the registry's own host. */
  #realm(challenge: Challenge): URL {
    const text = challenge.parameters.get('realm') ?? '';
    const realm = URL.canParse(text) ? new URL(text) : undefined;
    if (realm !== undefined && (realm.protocol === 'https:' || realm.origin === this.#origin.origin)) return realm;
    throw new SealiftError('REGISTRY_ANSWER_INVALID', {
      values: {
        reason: `its token service ${JSON.stringify(text.slice(0, 200))} is neither HTTPS nor on its own host`,
      },
      place: placeOf(this.#origin),
    });
  }
}

function form(query: URLSearchParams): Pick<Exchange, 'headers' | 'body'> {
  const bytes = Buffer.from(query.toString());
  return {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: { size: bytes.byteLength, open: () => Promise.resolve(Readable.from([bytes], { objectMode: false })) },
  };
}

function tokenAnswer(bytes: Buffer, place: string): { token: Secret; seconds: number } {
  try {
    const answer = tokenAnswerSchema.parse(JSON.parse(bytes.toString('utf8')));
    const token = answer.token ?? answer.access_token;
    if (token === undefined || token === '' || /[^\x21-\x7e]/.test(token)) throw new Error('it holds no token');
    return { token: new Secret(token), seconds: answer.expires_in ?? defaultTokenSeconds };
  } catch (error) {
    const reason = `the token service: ${error instanceof SyntaxError ? 'not JSON' : 'no token in the answer'}`;
    throw new SealiftError('REGISTRY_ANSWER_INVALID', { values: { reason }, place });
  }
}

function unauthorized(reason: string, place: string): SealiftError {
  return new SealiftError('REGISTRY_UNAUTHORIZED', { values: { reason }, place });
}
