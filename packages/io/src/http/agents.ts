import { Agent as HttpAgent, type AgentOptions as HttpAgentOptions } from 'node:http';
import { Agent as HttpsAgent, type AgentOptions as HttpsAgentOptions } from 'node:https';
import type { LookupFunction } from 'node:net';
import { createSecureContext } from 'node:tls';
import { trustedCertificates } from './certificates.ts';
import type { Environment } from './environment.ts';
import { proxyOf } from './proxy.ts';

/** What TLS connections prove and demand; a check of the other side is never turned off. */
export type TlsOptions = Pick<
  HttpsAgentOptions,
  'ca' | 'cert' | 'key' | 'passphrase' | 'servername' | 'allowPartialTrustChain' | 'checkServerIdentity'
>;

export interface PoolOptions {
  /** At a time, to one host; without it as many as are asked for. */
  readonly connections?: number;
  /** Whether a connection is kept for the next request. */
  readonly keepAlive: boolean;
  /** Without it, what this machine trusts (`trustedCertificates`). */
  readonly tls?: TlsOptions;
  /** Leads everywhere, whatever the variables say. */
  readonly proxy?: URL;
  /** Finds the addresses of names in the place of the system: what it refuses is never connected to. It is not asked for addresses. */
  readonly lookup?: LookupFunction;
}

/** The connection pools of one client, which closes them. */
export class Agents {
  readonly #env: Environment;
  readonly #options: PoolOptions;
  readonly #tls: TlsOptions;
  /** By scheme and proxy. */
  readonly #made = new Map<string, HttpAgent>();

  /** @throws FILE_NOT_FOUND, FILE_UNREADABLE when `SSL_CERT_FILE` names a file that can't be read */
  constructor(env: Environment, options: PoolOptions) {
    this.#env = env;
    this.#options = options;
    this.#tls = options.tls ?? { ca: [...trustedCertificates(env)] };
  }

  /** The pool for a URL: through the proxy that stands before it, if any. @throws PROXY_INVALID */
  agentFor(url: URL): HttpAgent {
    const proxy = this.#options.proxy ?? proxyOf(url, this.#env);
    const key = `${url.protocol} ${proxy?.href ?? ''}`;
    const agent = this.#made.get(key) ?? this.#make(url.protocol === 'https:', proxy);
    this.#made.set(key, agent);
    return agent;
  }

  /** Ends every connection, also those in use: what waits for an answer fails, and nothing keeps the process from ending. */
  close(): void {
    for (const agent of this.#made.values()) agent.destroy();
  }

  #make(secure: boolean, proxy: URL | undefined): HttpAgent {
    const { keepAlive, connections, lookup } = this.#options;
    const pool: HttpAgentOptions = {
      keepAlive,
      scheduling: 'lifo',
      ...(connections === undefined ? {} : { maxSockets: connections }),
      ...(lookup === undefined ? {} : { lookup }),
      ...(proxy === undefined ? {} : { proxyEnv: { HTTP_PROXY: proxy.href, HTTPS_PROXY: proxy.href } }),
    };
    if (!secure) return new HttpAgent(pool);
    const { servername, checkServerIdentity, ...material } = this.#tls;
    // Read once, and not again for each connection: what a machine trusts is more than a hundred certificates.
    const secureContext = createSecureContext({ minVersion: 'TLSv1.2', ...material });
    return new HttpsAgent({
      ...pool,
      secureContext,
      ...(servername === undefined ? {} : { servername }),
      ...(checkServerIdentity === undefined ? {} : { checkServerIdentity }),
    });
  }
}
