import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';

/** A real provider of OpenID Connect (oidc-provider) on loopback, with people and their groups. */
export interface OidcProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Groups by the names of people; whoever is in here can sign in with their subject and any password. */
  readonly people: Map<string, { subject: string; groups: readonly string[] }>;
  /** Requests that came in, as `METHOD path`. */
  readonly asked: string[];
  /** Answers in the place of the provider, for what a hostile one would say; undefined lets it answer itself. */
  instead: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  stop(): Promise<void>;
}

export interface OidcOptions {
  readonly redirectUris: readonly string[];
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Whether groups come with the token, or only when the provider is asked for them. */
  readonly groupsInToken?: boolean;
}

export async function startOidcProvider(options: OidcOptions): Promise<OidcProvider> {
  const { redirectUris, tls, groupsInToken = true } = options;
  let handle: RequestListener = (_request, response) => void response.writeHead(503).end();
  const listener: RequestListener = (request, response) => {
    made.asked.push(`${request.method} ${request.url?.split('?', 1)[0]}`);
    if (made.instead?.(request, response) !== true) handle(request, response);
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  // The certificates for tests are for that name.
  const issuer = tls === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`;
  const made: OidcProvider = {
    issuer,
    clientId: 'sealift-console',
    clientSecret: 'a-secret-of-the-provider-and-the-console',
    people: new Map(),
    asked: [],
    instead: undefined,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  const answer = providerOf(made, redirectUris, groupsInToken).callback();
  handle = (request, response) => void answer(request, response);
  return made;
}

function providerOf(made: OidcProvider, redirectUris: readonly string[], groupsInToken: boolean): Provider {
  const provider = new Provider(made.issuer, {
    clients: [
      {
        client_id: made.clientId,
        client_secret: made.clientSecret,
        redirect_uris: [...redirectUris],
        grant_types: ['authorization_code'],
      },
    ],
    claims: { openid: ['sub'], profile: ['preferred_username', 'groups'] },
    conformIdTokenClaims: !groupsInToken,
    pkce: { required: () => true },
    cookies: { keys: ['a key for tests'] },
    features: { devInteractions: { enabled: true } },
    findAccount: (_context, login) => {
      const person = [...made.people].find(([, { subject }]) => subject === login);
      if (person === undefined) return undefined;
      const [preferred_username, { subject, groups }] = person;
      return { accountId: subject, claims: () => ({ sub: subject, preferred_username, groups: [...groups] }) };
    },
  });
  // It warns about its own test pages and plain HTTP.
  provider.on('server_error', (_context, error) => made.asked.push(`ERROR ${error.message}`));
  return provider;
}

/** A browser as far as signing in needs one: cookies by host, redirects, forms. */
export class FormBrowser {
  readonly #cookies = new Map<string, Map<string, string>>();
  readonly #dispatch: (url: URL, init: RequestInit) => Promise<Response>;

  /** @param dispatch sends a request, without following redirects */
  constructor(dispatch: (url: URL, init: RequestInit) => Promise<Response> = (url, init) => fetch(url, init)) {
    this.#dispatch = dispatch;
  }

  async open(url: URL, init: RequestInit = {}): Promise<Response> {
    const jar = this.#cookies.get(url.host) ?? new Map<string, string>();
    this.#cookies.set(url.host, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...(init.headers as Record<string, string> | undefined), ...(cookie === '' ? {} : { cookie }) };
    const answer = await this.#dispatch(url, { ...init, headers, redirect: 'manual' });
    for (const set of answer.headers.getSetCookie()) {
      const [pair = ''] = set.split(';', 1);
      const at = pair.indexOf('=');
      if (/expires=Thu, 01 Jan 1970|max-age=0/i.test(set)) jar.delete(pair.slice(0, at));
      else jar.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return answer;
  }

  /** The cookies that it sends to a host. */
  cookiesOf(host: string): ReadonlyMap<string, string> {
    return this.#cookies.get(host) ?? new Map();
  }

  /**
   * Goes where it is led, signing in and consenting at the provider, until it is led to an address for which `isEnd` holds.
   *
   * @returns that address, not opened
   */
  async signIn(start: URL, login: string, isEnd: (url: URL) => boolean): Promise<URL> {
    let url = start;
    let answer = await this.open(url);
    for (let hop = 0; hop < 20; hop += 1) {
      const location = answer.headers.get('location');
      if (location !== null) {
        url = new URL(location, url);
        if (isEnd(url)) return url;
        answer = await this.open(url);
        continue;
      }
      const page = await answer.text();
      const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1];
      const action = /<form[^>]* action="([^"]+)"/.exec(page)?.[1];
      if (prompt === undefined || action === undefined)
        throw new Error(`no form at ${url.href}: ${answer.status} ${page.slice(0, 500)}`);
      const body = new URLSearchParams({ prompt, ...(prompt === 'login' ? { login, password: 'any' } : {}) });
      url = new URL(action, url);
      answer = await this.open(url, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: body.toString(),
      });
    }
    throw new Error(`led around in circles, last to ${url.href}`);
  }
}
