import type { SignOnSettings } from '@sealift/core/api';
import { SealiftError } from '@sealift/core/errors';
import * as client from 'openid-client';
import type { SecretKeyPlace } from '../site/secret-key.ts';
import type { Db } from '../store/store.ts';
import type { Flow } from './flow-cookie.ts';
import { type Person, personOf, refused } from './person.ts';
import { findProvider, ownError, type Provider, reasons } from './provider.ts';
import { openClientSecret, readSignOn } from './stored-settings.ts';

/** Below the console's address; registered at the provider. */
export const callbackPath = '/api/v1/single-sign-on/callback';

/** For so long what a provider told of itself is taken for what it is now: whoever opens the sign-in page must not make it work. */
const knownForMs = 5 * 60 * 1000;

interface Known {
  readonly revision: number;
  readonly until: number;
  readonly provider: Promise<Provider>;
}

interface Current {
  readonly revision: number;
  readonly settings: SignOnSettings;
  readonly provider: Provider;
}

/** Signs people in at a provider: authorization code with PKCE, state and nonce (OpenID Connect Core 1.0, 3.1; RFC 7636). */
export class SignOn {
  readonly #db: Db;
  readonly #place: SecretKeyPlace;
  #known: Known | undefined;

  constructor(db: Db, place: SecretKeyPlace) {
    this.#db = db;
    this.#place = place;
  }

  /** Where the browser goes, and what it has to come back with. @throws SIGN_ON_OFF, SIGN_ON_PROVIDER_FAILED, SIGN_ON_ORIGIN_REFUSED, SECRET_KEY_… */
  async begin(): Promise<{ readonly url: URL; readonly flow: Flow }> {
    const { revision, settings, provider } = await this.#current();
    const verifier = client.randomPKCECodeVerifier();
    const flow = { state: client.randomState(), nonce: client.randomNonce(), verifier, revision };
    const url = client.buildAuthorizationUrl(provider, {
      redirect_uri: callbackOf(settings).href,
      scope: ['openid', ...settings.scopes].join(' '),
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state: flow.state,
      nonce: flow.nonce,
    });
    return { url, flow };
  }

  /**
   * Who came back from the provider.
   *
   * @param query of the address that the browser came back to; its host is not asked for, as anybody may write one into a request
   * @throws SIGN_ON_REFUSED and as `begin`
   */
  async finish(flow: Flow, query: string): Promise<{ readonly person: Person; readonly settings: SignOnSettings }> {
    const { revision, settings, provider } = await this.#current();
    if (revision !== flow.revision) throw refused('the settings were changed meanwhile');
    const url = callbackOf(settings);
    url.search = query;
    try {
      const tokens = await client.authorizationCodeGrant(provider, url, {
        expectedState: flow.state,
        expectedNonce: flow.nonce,
        pkceCodeVerifier: flow.verifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (claims === undefined) throw refused('the provider gave no identity');
      return {
        person: personOf(await this.#whole(settings, provider, tokens.access_token, claims), settings),
        settings,
      };
    } catch (error) {
      throw ownError(error) ?? refused(reasons(error), error);
    }
  }

  /** What the token leaves out, the provider may tell when it is asked (OpenID Connect Core 1.0, 5.3); what the token says counts first. */
  async #whole(settings: SignOnSettings, provider: Provider, accessToken: string, claims: client.IDToken) {
    const missing = [settings.groupsClaim, settings.usernameClaim].some((name) => !Object.hasOwn(claims, name));
    if (!missing || provider.serverMetadata().userinfo_endpoint === undefined) return claims;
    return { ...(await client.fetchUserInfo(provider, accessToken, claims.sub)), ...claims };
  }

  async #current(): Promise<Current> {
    const stored = await readSignOn(this.#db);
    const { revision, settings } = stored;
    if (settings === null) throw new SealiftError('SIGN_ON_OFF');
    const now = performance.now();
    const known = this.#known;
    if (known !== undefined && known.revision === revision && known.until > now) {
      return { revision, settings, provider: await known.provider };
    }
    const provider = openClientSecret(this.#place, stored).then((secret) => findProvider(settings, secret));
    const begun = { revision, until: now + knownForMs, provider };
    this.#known = begun;
    try {
      return { revision, settings, provider: await provider };
    } catch (error) {
      if (this.#known === begun) this.#known = undefined;
      throw error;
    }
  }
}

function callbackOf({ consoleUrl }: SignOnSettings): URL {
  return new URL(callbackPath, consoleUrl);
}
